import { cachingTokenSource } from "../cache/caching-token-source.ts";
import { boundedMap } from "../collections/bounded-map.ts";
import { cacheKey, keyText } from "../key/cache-key.ts";
import { RequestShapes } from "../key/request-shape.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { type Clock, systemClock } from "../time/clock.ts";
import { bearerHeader } from "../token/bearer-scheme.ts";
import { digest } from "../token/digest.ts";
import { requestOfCall, type TokenRequestOption } from "../token/token-request-option.ts";
import type { TokenRequest, TokenSource } from "../token/token-source.ts";
import { refusingUrl } from "./refusing-url.ts";
import { TokenUseLog } from "./token-use-log.ts";

/** An object with the structure of `AuthProvider` of the MCP TypeScript SDK v2 (`@modelcontextprotocol/client`). */
export interface McpAuthProvider {
  /** Returns the raw token. The SDK calls this before each HTTP request. */
  token(): Promise<string>;
  /** Gets another token after a 401. The SDK then sends the request once more. */
  onUnauthorized(): Promise<void>;
}

/** Options of {@link toMcpAuthProvider}. */
export interface McpAuthProviderOptions {
  /**
   * The URL of the MCP server. A refusal then holds back calls to this server only. Default: the source does not learn which
   * server refused the token.
   */
  readonly resource?: string | URL;
  /** Default: the machine's clocks. */
  readonly clock?: Clock;
}

const NAMES: OptionNames<McpAuthProviderOptions> = { resource: true, clock: true };

/**
 * Makes an `authProvider` for the transports of the MCP SDK v2 from a token source. It caches the tokens, unless the source
 * already caches. A burst of 401s causes one new token. If `request` is a function, one provider serves many users.
 *
 * The SDK does not say which token a 401 is about, so the provider guesses. If the 401 arrives within 5 s after the token
 * changed, it counts as a late refusal of the old token, once for each use of the old token that was not refused. The SDK then
 * sends the call again with the new token. If the cache has replaced the refused token already, the SDK gets the current one.
 * {@link bearerFetch} does not need to guess: if the transport takes a `fetch`, use it without an `authProvider`.
 *
 * @example
 * ```ts
 * const authProvider = toMcpAuthProvider(source, { subjectToken: userToken });
 * const transport = new StreamableHTTPClientTransport(url, { authProvider });
 * ```
 * @throws TypeError if `source` is not a token source, or if an option is unknown or wrong. The message names the option. The
 * provider's calls throw the errors of the source, and TokenError: `ERR_TOKEN_TYPE_UNSUPPORTED` if the source yields a token that
 * is not a bearer token, `ERR_TOKEN_RESPONSE` if a header cannot carry the token.
 */
export function toMcpAuthProvider(
  source: TokenSource,
  request?: TokenRequestOption,
  options?: McpAuthProviderOptions,
): McpAuthProvider {
  checkOptions(options, { doing: "create an auth provider", names: NAMES });
  const { resource, clock }: McpAuthProviderOptions = options ?? {};
  const rejectedBy = resource === undefined ? undefined : refusingUrl(resource);
  // Without options, a source that already caches is used unchanged. With options, it would get another cache.
  const cache = cachingTokenSource(source, clock && { clock });
  const users = new UserTokenUses(clock ?? systemClock);
  return {
    async token() {
      const asked = await requestOfCall(request);
      const token = await cache.getToken(asked);
      bearerHeader(token);
      users.of(asked).handedOut(digest(token.token));
      return token.token;
    },
    async onUnauthorized() {
      const asked = await requestOfCall(request);
      const refused = users.of(asked).refused();
      const cached = cache.peek(asked);
      const rejected =
        cached !== undefined && digest(cached.token) === refused ? cached : undefined;
      await cache.getToken(asked, rejected && { rejected, ...(rejectedBy && { rejectedBy }) });
    },
  };
}

/** How many users are tracked. Beyond this number the least recently used user is forgotten; a late 401 then costs one request. */
const MAX_USERS = 4_096;

class UserTokenUses {
  readonly #clock: Clock;
  readonly #shapes = new RequestShapes();
  readonly #users = boundedMap<string, TokenUseLog>(MAX_USERS);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(request: TokenRequest): TokenUseLog {
    const key = keyText(cacheKey(request, this.#shapes));
    const known = this.#users.get(key);
    if (known !== undefined) return known;
    const uses = new TokenUseLog(this.#clock);
    this.#users.set(key, uses);
    return uses;
  }
}
