import type { CacheKey } from "../key/cache-key.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { GetTokenOptions, TokenRequest } from "../token/token-source.ts";
import type { InFlightRequest, Rejection } from "./single-flight.ts";

/** One call for a token, with the key of its request. */
export interface CacheCall {
  readonly key: CacheKey;
  readonly request: TokenRequest | undefined;
  readonly options: GetTokenOptions;
}

/** Returns the refused token that a call names, with its server. */
export function rejectionOf({ options }: CacheCall): Rejection | undefined {
  const { rejected, rejectedBy } = options;
  return rejected && { token: rejected, by: rejectedBy };
}

/** Returns the options of a call for the source. */
export function passedDown<T extends AccessToken>(
  call: CacheCall,
  pending: InFlightRequest<T>,
): GetTokenOptions {
  const { minValidityMs, subjectExpiresAt } = call.options;
  const [rejection] = pending.rejected;
  return {
    signal: pending.signal,
    ...(minValidityMs !== undefined && { minValidityMs }),
    ...(subjectExpiresAt !== undefined && { subjectExpiresAt }),
    ...(rejection && { rejected: rejection.token }),
    ...(rejection?.by !== undefined && { rejectedBy: rejection.by }),
  };
}
