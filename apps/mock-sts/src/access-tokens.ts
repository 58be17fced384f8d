import { randomBytes, randomUUID } from "node:crypto";
import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { type Clock, numericDate } from "./clock.ts";
import { digest } from "./fingerprint.ts";
import { type SigningKeys, signingAlgorithm } from "./signing-keys.ts";

/** What one access token says; the rest of its claims are added when it is issued. */
export interface AccessTokenGrant {
  readonly subject: string;
  readonly clientId: string;
  readonly audience: string;
  readonly scope: readonly string[];
  /** End of the token, epoch milliseconds. */
  readonly expiresAt: number;
  readonly format: "jwt" | "opaque";
  /** Thumbprint of the certificate the token is bound to. */
  readonly x5tS256: string | undefined;
  /** Further claims. */
  readonly claims: JWTPayload;
}

/** An access token as it goes to the client, with its claims. */
export interface IssuedToken {
  readonly token: string;
  readonly claims: JWTPayload;
}

/** Chooses tokens to revoke; `"all"` takes every one issued so far. */
export type RevocationTarget =
  | "all"
  | { readonly token: string }
  | { readonly fingerprint: string }
  | { readonly jti: string }
  | { readonly subject: string }
  | { readonly clientId: string };

/** Issues, verifies and revokes the access tokens of one issuer. */
export interface AccessTokens {
  issue(grant: AccessTokenGrant): Promise<IssuedToken>;
  /**
   * Returns the claims of a good token.
   *
   * @throws InvalidTokenError saying what is wrong with it.
   */
  verify(token: string, expected: { audience: string }): Promise<JWTPayload>;
  /** Revokes tokens issued so far and returns how many there were. */
  revoke(target: RevocationTarget): number;
}

/** An access token was refused; the message names no part of it. */
export class InvalidTokenError extends Error {
  override readonly name = "InvalidTokenError";
}

interface IssuedRecord {
  /** SHA-256 of the token. */
  readonly digest: string;
  readonly claims: JWTPayload;
  revoked: boolean;
}

/** What the tokens of an issuer depend on. */
export interface AccessTokensOptions {
  readonly issuer: string;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  /** Allowed difference between clocks, in milliseconds. */
  readonly clockSkewMs: number;
}

/**
 * Creates the token register of one issuer.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068#section-2 RFC 9068, section 2}
 */
export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const { issuer, keys, clock, clockSkewMs } = options;
  /** By `jti`. Tokens themselves are not kept. */
  const records = new Map<string, IssuedRecord>();
  /** The opaque ones, by the token's SHA-256. */
  const opaque = new Map<string, IssuedRecord>();

  function remember(
    { token, claims }: IssuedToken & { claims: { jti: string } },
    format: string,
  ): void {
    const nowSeconds = numericDate(clock.now() - clockSkewMs);
    for (const [jti, record] of records) {
      // Tokens of one lifetime end in the order of their issue: stop at the first live one.
      if ((record.claims.exp ?? 0) > nowSeconds) break;
      records.delete(jti);
      opaque.delete(record.digest);
    }
    const record = { digest: digest(token), claims, revoked: false };
    records.set(claims.jti, record);
    if (format === "opaque") opaque.set(record.digest, record);
  }

  return {
    async issue(grant) {
      const claims = accessTokenClaims(grant, issuer, clock.now());
      const token =
        grant.format === "jwt"
          ? await sign(claims, keys, "at+jwt")
          : randomBytes(32).toString("base64url");
      remember({ token, claims }, grant.format);
      return { token, claims };
    },

    async verify(token, { audience }) {
      const claims =
        opaque.get(digest(token))?.claims ??
        (await verifyJwt(token, { issuer, keys, now: clock.now(), clockSkewMs }));
      checkClaims(claims, { audience, nowMs: clock.now(), clockSkewMs });
      if (records.get(claims.jti ?? "")?.revoked) throw new InvalidTokenError("token was revoked");
      return claims;
    },

    revoke(target) {
      const chosen = [...records.values()].filter((record) => isTarget(record, target));
      for (const record of chosen) record.revoked = true;
      return chosen.length;
    },
  };
}

/** Signs claims with the issuer's current key. */
export function sign(claims: JWTPayload, keys: SigningKeys, typ: string): Promise<string> {
  const { kid, privateKey } = keys.current;
  return new SignJWT(claims)
    .setProtectedHeader({ alg: signingAlgorithm, kid, typ })
    .sign(privateKey);
}

function accessTokenClaims(grant: AccessTokenGrant, issuer: string, nowMs: number) {
  return {
    ...grant.claims,
    iss: issuer,
    sub: grant.subject,
    aud: grant.audience,
    client_id: grant.clientId,
    azp: grant.clientId,
    iat: numericDate(nowMs),
    exp: numericDate(grant.expiresAt),
    jti: randomUUID(),
    ...(grant.scope.length > 0 && { scope: grant.scope.join(" ") }),
    ...(grant.x5tS256 !== undefined && { cnf: { "x5t#S256": grant.x5tS256 } }),
  };
}

async function verifyJwt(
  token: string,
  context: { issuer: string; keys: SigningKeys; now: number; clockSkewMs: number },
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid = "" }) => {
        const key = context.keys.publicKey(kid);
        if (key === undefined) throw new InvalidTokenError("token is signed by an unknown key");
        return key;
      },
      {
        algorithms: [signingAlgorithm],
        typ: "at+jwt",
        issuer: context.issuer,
        requiredClaims: ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"],
        currentDate: new Date(context.now),
        clockTolerance: context.clockSkewMs / 1000,
      },
    );
    return payload;
  } catch (error) {
    throw error instanceof InvalidTokenError ? error : new InvalidTokenError(reasonOf(error));
  }
}

/** Says what jose found in our words: its messages may quote claims. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "token has expired";
  if (error instanceof errors.JWTClaimValidationFailed) return `token has a bad ${error.claim}`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return "token has a bad signature";
  if (error instanceof errors.JOSEAlgNotAllowed) return "token has a bad algorithm";
  return "token is malformed";
}

function checkClaims(
  claims: JWTPayload,
  expected: { audience: string; nowMs: number; clockSkewMs: number },
): void {
  if ((claims.exp ?? 0) * 1000 + expected.clockSkewMs <= expected.nowMs) {
    throw new InvalidTokenError("token has expired");
  }
  if (![claims.aud].flat().includes(expected.audience)) {
    throw new InvalidTokenError("token is for another audience");
  }
}

function isTarget({ digest: mark, claims }: IssuedRecord, target: RevocationTarget): boolean {
  if (target === "all") return true;
  if ("token" in target) return digest(target.token) === mark;
  if ("fingerprint" in target) return mark.startsWith(target.fingerprint);
  if ("jti" in target) return target.jti === claims.jti;
  if ("subject" in target) return target.subject === claims.sub;
  return target.clientId === claims.client_id;
}
