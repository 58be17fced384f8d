import { randomUUID } from "node:crypto";
import type { JWTPayload } from "jose";
import { checkFields } from "../checks/fields.ts";
import { InvalidTokenError } from "../keys/jwt-verification.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";
import { digest } from "../oauth/fingerprint.ts";
import { randomToken } from "../oauth/random-token.ts";
import { type Clock, numericDate } from "../time/clock.ts";
import { verifyAccessTokenJwt, verifyAudience, verifyExpiry } from "./access-token-verification.ts";
import type { Confirmation } from "./confirmation.ts";

/** The format of a token; a token without `exp` expires too, but only the server knows when. */
export type TokenFormat = "jwt" | "opaque" | "jwt-without-exp";

/** The content of an access token; its other claims are added when it is issued. */
export interface AccessTokenGrant {
  readonly subject: string;
  readonly clientId: string;
  readonly audience: string | string[];
  readonly scope: readonly string[];
  /** Expiry of the token, epoch milliseconds. */
  readonly expiresAt: number;
  readonly format: TokenFormat;
  /** What the token is bound to; `undefined` for a bearer token. */
  readonly confirmation: Confirmation | undefined;
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

interface IssuedRecord {
  /** SHA-256 of the token. */
  readonly digest: string;
  readonly claims: JWTPayload;
  revoked: boolean;
}

/** The parts of an issuer that its tokens depend on. */
export interface AccessTokensOptions {
  readonly issuer: string;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  /** Allowed difference between clocks, in milliseconds. */
  readonly clockSkewMs: number;
  /** Header `typ` of the tokens. Default `at+jwt`; XSUAA has `JWT`. */
  readonly typ?: string;
}

/**
 * Issues, verifies and revokes the access tokens of one issuer.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068#section-2 RFC 9068 §2}
 */
export class AccessTokens {
  readonly #options: AccessTokensOptions;
  /** By `jti`. Tokens themselves are not kept. */
  readonly #records = new Map<string, IssuedRecord>();
  /** Tokens without a readable expiry, by the token's SHA-256. */
  readonly #opaque = new Map<string, IssuedRecord>();

  constructor(options: AccessTokensOptions) {
    this.#options = options;
  }

  get issuer(): string {
    return this.#options.issuer;
  }

  /** The keys of the issuer. */
  get keys(): SigningKeys {
    return this.#options.keys;
  }

  /** Issues the token that a grant allows. */
  async issue(grant: AccessTokenGrant): Promise<IssuedToken> {
    const { issuer, clock } = this.#options;
    const claims = accessTokenClaims(grant, issuer, clock.now());
    const token = await this.#write(claims, grant.format);
    this.#forgetExpired();
    const record = { digest: digest(token), claims, revoked: false };
    this.#records.set(claims.jti, record);
    if (grant.format !== "jwt") this.#opaque.set(record.digest, record);
    return { token, claims };
  }

  async #write({ exp, ...claims }: JWTPayload, format: TokenFormat): Promise<string> {
    if (format === "opaque") return randomToken();
    const { keys, typ = "at+jwt" } = this.#options;
    return keys.sign(format === "jwt" ? { ...claims, exp } : claims, typ);
  }

  /**
   * Returns the claims of a valid token that is for one of the given names.
   *
   * @throws InvalidTokenError saying what is wrong with it.
   */
  async verify(
    token: string,
    { audience }: { audience: string | readonly string[] },
  ): Promise<JWTPayload> {
    const claims = await this.inspect(token);
    verifyAudience(claims, [audience].flat());
    return claims;
  }

  /**
   * Returns the claims of a valid token for any audience.
   *
   * @throws InvalidTokenError saying what is wrong with it.
   */
  async inspect(token: string): Promise<JWTPayload> {
    const { clock, clockSkewMs } = this.#options;
    const nowMs = clock.now();
    const claims =
      this.#opaque.get(digest(token))?.claims ??
      (await verifyAccessTokenJwt(token, { ...this.#options, nowMs }));
    verifyExpiry(claims, { nowMs, clockSkewMs });
    if (this.#records.get(claims.jti ?? "")?.revoked) {
      throw new InvalidTokenError("token was revoked");
    }
    return claims;
  }

  /** Tells whether this issuer issued an opaque token, valid or not. */
  isOpaque(token: string): boolean {
    return this.#opaque.has(digest(token));
  }

  /**
   * Tells whether a token was revoked; `undefined` if another issuer issued it, or if it expired
   * some time ago.
   */
  isRevoked(jti: string | undefined): boolean | undefined {
    return this.#records.get(jti ?? "")?.revoked;
  }

  /** Revokes tokens issued so far and returns how many there were. */
  revoke(target: RevocationTarget): number {
    const chosen = [...this.#records.values()].filter((record) => isTarget(record, target));
    for (const record of chosen) record.revoked = true;
    return chosen.length;
  }

  #forgetExpired(): void {
    const { clock, clockSkewMs } = this.#options;
    for (const [jti, { claims, digest }] of this.#records) {
      // Tokens of one lifetime expire in the order of their issue: stop at the first valid one.
      if ((claims.exp ?? 0) > numericDate(clock.now() - clockSkewMs)) break;
      this.#records.delete(jti);
      this.#opaque.delete(digest);
    }
  }
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
    ...(grant.confirmation !== undefined && { cnf: grant.confirmation }),
  };
}

/**
 * Checks the target of a revocation.
 *
 * @throws TypeError unless it is `"all"`, or has exactly one field that is not blank.
 */
export function checkRevocationTarget(target: RevocationTarget): void {
  if (target === "all") return;
  const start = "Cannot revoke tokens:";
  checkFields(target, { start, names: TARGET_NAMES, field: "target" });
  const [value, ...more] = Object.values(target ?? {});
  if (typeof value === "string" && value.trim() !== "" && more.length === 0) return;
  const names = Object.keys(TARGET_NAMES).join(", ");
  throw new TypeError(`${start} the target must be "all", or have exactly one of ${names}`);
}

const TARGET_NAMES = {
  token: "prose",
  fingerprint: "prose",
  jti: "prose",
  subject: "prose",
  clientId: "prose",
} as const;

function isTarget({ digest: mark, claims }: IssuedRecord, target: RevocationTarget): boolean {
  if (target === "all") return true;
  if ("token" in target) return digest(target.token) === mark;
  if ("fingerprint" in target) return mark.startsWith(target.fingerprint);
  if ("jti" in target) return target.jti === claims.jti;
  if ("subject" in target) return target.subject === claims.sub;
  return target.clientId === claims.client_id;
}
