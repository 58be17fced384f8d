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

/** The `AuthProvider` of the MCP TypeScript SDK v2 (`@modelcontextprotocol/client`), by structure. */
export interface McpAuthProvider {
  /** Returns the raw token; asked before each HTTP request. */
  token(): Promise<string>;
  /** Gets another token after a 401; the SDK then sends the request once more. */
  onUnauthorized(): Promise<void>;
}

/** Options of {@link toMcpAuthProvider}. */
export interface McpAuthProviderOptions {
  /** The URL of the MCP server: what it refuses holds back calls to it only. Default: the source is not told who refused. */
  readonly resource?: string | URL;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

const NAMES: OptionNames<McpAuthProviderOptions> = { resource: true, clock: true };

/**
 * Makes an `authProvider` for the transports of the MCP SDK v2 from a token source, which is cached here unless it
 * caches already. A burst of 401s gets one new token. One provider serves many users if `request` is a function.
 *
 * The SDK does not say which token a 401 was about. A 401 that comes within 5 s of a change of the token is taken for a
 * late one of the old token as often as that was handed out and not refused: the call is sent again and the new token
 * stays. A refusal of a token that the cache no longer has gets the one that it has now. {@link bearerFetch} need not guess: prefer it where the transport takes a `fetch`, and give it alone.
 *
 * @example
 * ```ts
 * const authProvider = toMcpAuthProvider(source, { subjectToken: userToken });
 * const transport = new StreamableHTTPClientTransport(url, { authProvider });
 * ```
 * @throws TypeError if `source` is no token source, or naming the option that is unknown or wrong. The provider's calls throw what the source throws, and TokenError:
 * `ERR_TOKEN_TYPE_UNSUPPORTED` if it yields no bearer token, `ERR_TOKEN_RESPONSE` if no header can carry it.
 */
export function toMcpAuthProvider(
  source: TokenSource,
  request?: TokenRequestOption,
  options?: McpAuthProviderOptions,
): McpAuthProvider {
  checkOptions(options, { doing: "create an auth provider", names: NAMES });
  const { resource, clock }: McpAuthProviderOptions = options ?? {};
  const rejectedBy = resource === undefined ? undefined : refusingUrl(resource);
  // Without options a source that caches is used as it is; with some, it would be given another cache.
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

/** Users whose uses are kept; beyond it those of the one longest unused are forgotten, and one late 401 costs a request. */
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
