import { randomUUID } from "node:crypto";
import type { JWTPayload } from "jose";
import { type Clock, numericDate } from "./clock.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** A user to sign in, and for how long. */
export interface UserTokenRequest {
  /** The user. */
  readonly sub: string;
  /** Client the token is for: becomes `aud`. Default: the agent's. */
  readonly clientId?: string;
  /** Lifetime in milliseconds. Default 3 600 000. Zero or less: already expired. */
  readonly expiresInMs?: number;
  /** Further claims; they win over the others, and `undefined` takes a claim out. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** What user tokens are made of. */
export interface UserTokensOptions {
  readonly issuer: string;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  /** The client a user token is for unless it names one. */
  readonly defaultClientId: string;
}

/** Returns a function that signs users in: it makes the id token an application would hold. */
export function createUserTokens(
  options: UserTokensOptions,
): (request: UserTokenRequest) => Promise<string> {
  return ({ sub, clientId = options.defaultClientId, expiresInMs = 3_600_000, claims }) => {
    const now = options.clock.now();
    const payload: JWTPayload = {
      iss: options.issuer,
      sub,
      aud: clientId,
      user_uuid: sub,
      iat: numericDate(Math.min(now, now + expiresInMs)),
      exp: numericDate(now + expiresInMs),
      jti: randomUUID(),
      ...claims,
    };
    // JSON drops what is undefined: that is how a claim is taken out.
    return options.keys.sign(JSON.parse(JSON.stringify(payload)), "JWT");
  };
}
