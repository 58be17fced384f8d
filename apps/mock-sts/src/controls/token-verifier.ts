import type { JWTPayload } from "jose";
import type { SignatureVerdict, TokenLedger } from "../http/token-ledger.ts";
import type { RecordedToken } from "../recording/recorded-request.ts";
import type { Recorder } from "../recording/recorder.ts";
import type { Clock } from "../time/clock.ts";
import { issuedTokens, type MockIssuers } from "./issued-tokens.ts";

/** The verdict on a token at the mock's time. */
export interface TokenVerdict extends RecordedToken {
  readonly signature: SignatureVerdict;
  /** Expiry by the claims, epoch milliseconds; `undefined` if the claims name none. */
  readonly expiresAt: number | undefined;
  /** Time left, in milliseconds; negative when it has expired. */
  readonly expiresInMs: number | undefined;
  readonly expired: boolean | undefined;
  /** `undefined` for a token of another issuer, and for one that expired long ago. */
  readonly revoked: boolean | undefined;
  readonly binding: TokenBinding | undefined;
  /** Who acts for the subject, the last actor first (RFC 8693 §4.1). */
  readonly actors: readonly string[];
}

/** The certificate or key a token is bound to. */
export interface TokenBinding {
  /** `x5t#S256` of the certificate. */
  readonly x5tS256: string | undefined;
  /** Thumbprint of the DPoP key. */
  readonly jkt: string | undefined;
  /** Certificate of the connection that the token was last sent over. */
  readonly presentedWith: string | undefined;
  /** Whether it was sent over a connection with its certificate; `undefined` if it was not presented. */
  readonly matches: boolean | undefined;
}

/** The parts of a mock that verification needs. */
export interface TokenVerifierOptions extends MockIssuers {
  readonly tokens: TokenLedger;
  readonly clock: Clock;
  readonly recorder: Recorder;
}

/** Creates the verifier of the tokens in a ledger. */
export function createTokenVerifier(
  options: TokenVerifierOptions,
): (fingerprint: string) => Promise<TokenVerdict | undefined> {
  const { tokens, clock, recorder } = options;
  const issuers = issuedTokens(options);
  const isRevoked = (jti: string | undefined) =>
    issuers.map((issuer) => issuer.isRevoked(jti)).find((it) => it !== undefined);
  return async (fingerprint) => {
    const entry = tokens.find(fingerprint);
    if (entry === undefined) return undefined;
    const { claims = {} } = entry.recorded;
    const signature = await entry.signature;
    const isForeign = signature === "bad" || signature === "unknown-key";
    const expiresAt = typeof claims.exp === "number" ? claims.exp * 1000 : undefined;
    const expiresInMs = expiresAt === undefined ? undefined : expiresAt - clock.now();
    return {
      ...entry.recorded,
      expiresAt,
      expiresInMs,
      signature,
      expired: expiresInMs === undefined ? undefined : expiresInMs <= 0,
      revoked: isForeign ? undefined : isRevoked(claims.jti),
      binding: bindingOf(claims, presentations(recorder, fingerprint)),
      actors: actorsOf(claims),
    };
  };
}

/** Certificates of the connections that a token was sent over; a connection may have none. */
function presentations({ requests }: Recorder, fingerprint: string): (string | undefined)[] {
  return requests
    .filter(({ bearer }) => bearer?.fingerprint === fingerprint)
    .map(({ tls }) => tls.clientCertificate);
}

function bindingOf(
  { cnf }: JWTPayload,
  presented: readonly (string | undefined)[],
): TokenBinding | undefined {
  const { "x5t#S256": x5tS256, jkt } = (cnf ?? {}) as { "x5t#S256"?: string; jkt?: string };
  if (x5tS256 === undefined && jkt === undefined) return undefined;
  const presentedWith = presented.at(-1);
  const isComparable = presented.length > 0 && x5tS256 !== undefined;
  return {
    x5tS256,
    jkt,
    presentedWith,
    matches: isComparable ? presentedWith === x5tS256 : undefined,
  };
}

/** A chain in a hostile token may be deep, but it is finite, since it was parsed. */
function actorsOf({ act }: JWTPayload): string[] {
  const actors: string[] = [];
  let actor = act as { sub?: unknown; act?: unknown } | undefined;
  while (typeof actor === "object" && actor !== null) {
    actors.push(String(actor.sub));
    actor = actor.act as typeof actor;
  }
  return actors;
}
