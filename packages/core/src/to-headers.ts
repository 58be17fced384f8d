import { untilAborted } from "./abort.ts";
import { bearerHeader } from "./bearer-header.ts";
import { checkedToken } from "./checked-token.ts";
import { GET_TOKEN_OPTIONS } from "./get-token-options.ts";
import { checkOptions } from "./known-members.ts";
import { requestOfCall, type TokenRequestOption } from "./token-request-option.ts";
import type { GetTokenOptions, TokenSource } from "./token-source.ts";

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
 * @throws TypeError naming the option that is unknown.
 */
export async function toHeaders(
  source: TokenSource,
  request?: TokenRequestOption,
  options?: GetTokenOptions,
): Promise<{ authorization: string }> {
  if (typeof source?.getToken !== "function") {
    throw new TypeError('Cannot get headers: "source" must be a token source');
  }
  checkOptions(options, { doing: "get headers", names: GET_TOKEN_OPTIONS });
  const asked = await untilAborted(requestOfCall(request), options?.signal);
  return { authorization: bearerHeader(checkedToken(await source.getToken(asked, options))) };
}
