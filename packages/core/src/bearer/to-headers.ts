import { untilAborted } from "../time/until-aborted.ts";
import { bearerHeader } from "../token/bearer-scheme.ts";
import { checkedToken } from "../token/checked-token.ts";
import { checkGetTokenOptions } from "../token/get-token-options.ts";
import { requestOfCall, type TokenRequestOption } from "../token/token-request-option.ts";
import type { GetTokenOptions, TokenSource } from "../token/token-source.ts";

/**
 * Resolves the Authorization header for one request, for frameworks that ask for headers. They are good for as long as
 * the token is, so ask again for each request; whoever sends them decides where the token goes, and nothing recovers from a 401:
 * where a `fetch` can be given, {@link bearerFetch} does both.
 *
 * @example
 * ```ts
 * const headerProvider = (context) => toHeaders(source, { subjectToken: userTokenOf(context) });
 * ```
 * @throws TokenError `ERR_TOKEN_TYPE_UNSUPPORTED` if the token is no bearer token, `ERR_TOKEN_RESPONSE` if no header can carry
 * it, and whatever the source throws.
 * @throws TypeError | RangeError naming the option that is unknown, of a wrong type or out of range.
 */
export async function toHeaders(
  source: TokenSource,
  request?: TokenRequestOption,
  options?: GetTokenOptions,
): Promise<{ authorization: string }> {
  if (typeof source?.getToken !== "function") {
    throw new TypeError('Cannot get headers: "source" must be a token source');
  }
  if (options !== undefined) checkGetTokenOptions(options);
  const asked = await untilAborted(requestOfCall(request), options?.signal);
  return { authorization: bearerHeader(checkedToken(await source.getToken(asked, options))) };
}
