import { TokenError } from "@agent-oauth/core";
import type { DeadlineOptions } from "@agent-oauth/core/internal";

/**
 * Makes the deadline of some work of a flow, with the error that ends it: `ERR_TOKEN_TIMEOUT`.
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
