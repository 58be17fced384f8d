import { TokenError } from "../errors/token-error.ts";
import type { DeadlineOptions } from "./deadline.ts";

/**
 * Makes the time limit of some work that the option `timeoutMs` sets, with the error that tells so: `ERR_TOKEN_TIMEOUT`.
 *
 * @param doing completes "Cannot …".
 */
export function timeLimit(
  doing: string,
  timeoutMs: number,
): Pick<DeadlineOptions, "timeoutMs" | "timeoutReason"> {
  const reason = `no answer within ${timeoutMs} ms; the option "timeoutMs" sets the limit`;
  return {
    timeoutMs,
    timeoutReason: () => new TokenError("ERR_TOKEN_TIMEOUT", `Cannot ${doing}: ${reason}`),
  };
}
