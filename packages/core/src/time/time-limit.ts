import { TokenError } from "../errors/token-error.ts";
import type { DeadlineOptions } from "./deadline.ts";

/**
 * Returns the deadline options for a time limit that the option `timeoutMs` sets. When the time is over, the work fails with
 * `ERR_TOKEN_TIMEOUT`, and the message names the option.
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
