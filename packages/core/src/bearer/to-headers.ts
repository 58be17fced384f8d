import { untilAborted } from "../time/until-aborted.ts";
import { bearerHeader } from "../token/bearer-scheme.ts";
import { checkedToken } from "../token/checked-token.ts";
import { checkGetTokenOptions } from "../token/get-token-options.ts";
import { requestOfCall, type TokenRequestOption } from "../token/token-request-option.ts";
import type { GetTokenOptions, TokenSource } from "../token/token-source.ts";

/**
 * Resolves to the Authorization header of one request, for frameworks that ask for headers. The header is valid as long as the
 * token, so call this for each request. The framework decides where the token goes, and a 401 is not retried. If the framework
 * takes a `fetch`, use {@link bearerFetch}: it limits the origins and retries after a 401.
 *
 * @example
 * ```ts
 * const headerProvider = (context) => toHeaders(source, { subjectToken: userTokenOf(context) });
 * ```
 * @throws TokenError `ERR_TOKEN_TYPE_UNSUPPORTED` if the token is not a bearer token, `ERR_TOKEN_RESPONSE` if a header cannot carry
 * it; it also throws the errors of the source.
 * @throws TypeError | RangeError if an option is unknown, of a wrong type or out of range. The message names the option.
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
  const signal = options?.signal;
  const asked = await untilAborted(requestOfCall(request), signal);
  const token = await untilAborted(source.getToken(asked, options), signal);
  return { authorization: bearerHeader(checkedToken(token)) };
}
