import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { checkFields, type FieldKinds } from "../checks/fields.ts";
import { isBlank } from "../checks/option-values.ts";
import { OAuthError } from "../oauth/oauth-error.ts";
import type { Clock } from "../time/clock.ts";

/** Another issuer whose tokens are accepted. It has either `jwks` or `jwksUri`. */
export interface TrustedIssuer {
  /** Claim `iss` of its tokens. */
  readonly issuer: string;
  readonly jwks?: JSONWebKeySet;
  /** URL of its JWK Set, which is read at first use, and again when a key is unknown. */
  readonly jwksUri?: string;
  /**
   * One of these must be in `aud` of its tokens. Default: any audience; at an MCP server, that of
   * the server.
   */
  readonly audience?: string | readonly string[];
}

/** Least time between two readings of a JWK Set because of an unknown key, in milliseconds. */
const COOL_DOWN_MS = 30_000;
/** Longest wait for a JWK Set, in milliseconds. */
const TIMEOUT_MS = 5_000;

/**
 * Returns the function that finds an issuer's keys. It throws an `OAuthError` with status 503 if
 * they cannot be read: this does not make the token invalid.
 */
export function trustedKeys({ jwks, jwksUri }: TrustedIssuer, clock: Clock): JWTVerifyGetKey {
  return jwksUri === undefined
    ? createLocalJWKSet(jwks ?? { keys: [] })
    : createRemoteKeys(jwksUri, clock);
}

/**
 * Checks an issuer.
 *
 * @throws TypeError naming the issuer and what is wrong with it.
 */
export function checkTrustedIssuer(trusted: TrustedIssuer, start: string): void {
  checkFields(trusted, { start: `${start}:`, names: TRUSTED_ISSUER_NAMES });
  const { issuer, jwks, jwksUri } = trusted;
  if (isBlank(issuer)) throw new TypeError(`${start} has a blank issuer`);
  const label = `${start}: ${JSON.stringify(issuer)}`;
  if (jwks !== undefined && jwksUri !== undefined) {
    throw new TypeError(`${label} has both a "jwks" and a "jwksUri"`);
  }
  if (jwksUri !== undefined) {
    const { protocol = "" } = URL.parse(jwksUri) ?? {};
    if (!/^https?:$/.test(protocol)) throw new TypeError(`${label} has an invalid "jwksUri"`);
    return;
  }
  try {
    createLocalJWKSet(jwks ?? ({} as JSONWebKeySet));
  } catch {
    throw new TypeError(`${label} has no JWK Set`);
  }
}

const TRUSTED_ISSUER_NAMES: FieldKinds<TrustedIssuer> = {
  issuer: "text",
  jwks: "other",
  jwksUri: "text",
  audience: "text or texts",
};

function createRemoteKeys(uri: string, clock: Clock): JWTVerifyGetKey {
  let readAt = Number.NEGATIVE_INFINITY;
  let current: Promise<JWTVerifyGetKey> | undefined;
  const read = () => {
    readAt = clock.now();
    const reading = readKeys(uri);
    reading.catch(() => {
      if (current === reading) current = undefined;
    });
    current = reading;
    return reading;
  };
  return async (header, token) => {
    const keys = await (current ?? read());
    try {
      return await keys(header, token);
    } catch (error) {
      const isUnknown = error instanceof errors.JWKSNoMatchingKey;
      if (!isUnknown || Math.abs(clock.now() - readAt) < COOL_DOWN_MS) throw error;
      return (await read())(header, token);
    }
  };
}

async function readKeys(uri: string): Promise<JWTVerifyGetKey> {
  try {
    const options = { redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) } as const;
    const response = await fetch(uri, options);
    if (!response.ok) throw new TypeError(`status ${response.status}`);
    return createLocalJWKSet((await response.json()) as JSONWebKeySet);
  } catch {
    const description = "the keys of the issuer cannot be read now";
    throw new OAuthError("temporarily_unavailable", description, { status: 503 });
  }
}
