import { decodeJwt, decodeProtectedHeader, type JWTPayload } from "jose";
import {
  ASYMMETRIC_ALGORITHMS,
  InvalidTokenError,
  type JwtRules,
  ownSignature,
  verifyJwt,
} from "../keys/jwt-verification.ts";
import { type TrustedIssuer, trustedKeys } from "../keys/trusted-issuer.ts";
import type { Clock } from "../time/clock.ts";
import type { AccessTokens } from "./access-tokens.ts";

/** A presented token that is valid. */
export interface PresentedToken {
  readonly claims: JWTPayload;
  readonly issuer: string;
  readonly subject: string;
  /** Its expiry, epoch milliseconds. */
  readonly notAfter: number;
  /** Whether one of the mock's issuers made it. */
  readonly isOwn: boolean;
  /** Header `typ` in lower case; `opaque` if the token is not a JWT. */
  readonly kind: string;
}

/** Issuers whose tokens may be presented to the token exchange service. */
export interface TokenIssuers {
  /** @throws InvalidTokenError saying what is wrong with the token. */
  verify(token: string): Promise<PresentedToken>;
}

/** The trusted issuers. */
export interface TokenIssuersOptions {
  /** Access tokens of the mock's own issuers, by issuer. */
  readonly own: ReadonlyMap<string, AccessTokens>;
  readonly trusted: readonly TrustedIssuer[];
  readonly clock: Clock;
  /** Allowed difference between clocks, in milliseconds. */
  readonly clockSkewMs: number;
}

/** Creates the verifier of presented tokens: the mock's own, and those of trusted issuers. */
export function createTokenIssuers(options: TokenIssuersOptions): TokenIssuers {
  const { own, clock, clockSkewMs } = options;
  const foreign = new Map(options.trusted.map((it) => [it.issuer, foreignRules(it, clock)]));
  const verifySigned = (token: string, issuer: string) => {
    const keys = own.get(issuer)?.keys;
    const rules = keys === undefined ? foreign.get(issuer) : ownSignature(keys);
    if (rules === undefined) throw new InvalidTokenError("token is of an unknown issuer");
    const requiredClaims = ["iss", "sub", "exp"];
    return verifyJwt(token, {
      ...rules,
      issuer,
      requiredClaims,
      clockSkewMs,
      nowMs: clock.now(),
    });
  };
  return {
    async verify(token) {
      const { kind, issuer } = peek(token);
      if (kind === "opaque") return present(await inspectOpaque(token, own), { kind, isOwn: true });
      const issued = isAccessToken(kind) ? own.get(issuer) : undefined;
      const claims = await (issued?.inspect(token) ?? verifySigned(token, issuer));
      return present(claims, { kind, isOwn: own.has(issuer) });
    },
  };
}

/** Tells whether a kind of token is an access token by RFC 9068. */
export function isAccessToken(kind: string): boolean {
  return kind === "at+jwt" || kind === "application/at+jwt";
}

function foreignRules(
  trusted: TrustedIssuer,
  clock: Clock,
): Pick<JwtRules, "key" | "algorithms" | "audience"> {
  const { audience } = trusted;
  const key = trustedKeys(trusted, clock);
  const names = audience === undefined ? {} : { audience: [audience].flat() };
  return { key, algorithms: ASYMMETRIC_ALGORITHMS, ...names };
}

/** Reads type and issuer of a token, unverified: the keys of its issuer are found by them. */
function peek(token: string): { kind: string; issuer: string } {
  if (!token.includes(".")) return { kind: "opaque", issuer: "" };
  try {
    const { typ = "jwt" } = decodeProtectedHeader(token);
    return { kind: typ.toLowerCase(), issuer: String(decodeJwt(token).iss) };
  } catch {
    throw new InvalidTokenError("token is malformed");
  }
}

async function inspectOpaque(
  token: string,
  own: ReadonlyMap<string, AccessTokens>,
): Promise<JWTPayload> {
  for (const tokens of own.values()) if (tokens.isOpaque(token)) return tokens.inspect(token);
  throw new InvalidTokenError("token is malformed");
}

function present(
  claims: JWTPayload,
  origin: Pick<PresentedToken, "kind" | "isOwn">,
): PresentedToken {
  const { iss: issuer, sub: subject, exp = 0 } = claims;
  if (typeof issuer !== "string" || typeof subject !== "string" || subject.trim() === "") {
    throw new InvalidTokenError("token has a bad sub");
  }
  return { ...origin, claims, issuer, subject, notAfter: exp * 1000 };
}
