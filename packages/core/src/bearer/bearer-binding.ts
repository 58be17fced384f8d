import { type InsufficientScope, insufficientScope } from "../challenge/insufficient-scope.ts";
import type { ChallengedResponse } from "../challenge/parse-challenge.ts";
import { emit } from "../events/emit.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { untilAborted } from "../time/until-aborted.ts";
import type { AccessToken } from "../token/access-token.ts";
import { bearerHeader } from "../token/bearer-scheme.ts";
import { checkedToken } from "../token/checked-token.ts";
import { requireRequest } from "../token/token-request.ts";
import { requestOfCall, type TokenRequestOption } from "../token/token-request-option.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "../token/token-source.ts";
import { refusingUrl } from "./refusing-url.ts";
import { type OriginOptions, secureOrigins } from "./secure-origins.ts";

/** A token source bound to the origins that may get its tokens. */
export interface BearerBinding {
  /** Tells whether a URL of this origin gets the token. */
  covers(origin: string): boolean;
  /** Gets the token for one call. The signal ends the wait. */
  begin(signal?: AbortSignal): Promise<BearerCall>;
}

/** One HTTP call with a token. */
export interface BearerCall {
  /** The value of the Authorization header. */
  readonly authorization: string;
  /**
   * Gets another token for the same call after a 401. It tells the source the refused token and the URL of the server that
   * refused it (origin and path), so that the refusal counts for that server only.
   */
  renew(rejectedBy?: string | URL): Promise<BearerCall>;
  /** Reads the response that goes to the caller. If a 403 asks for more scope, it calls `onInsufficientScope`. */
  answered(response: ChallengedResponse & { readonly status: number }): void;
}

/** The names of {@link BearerOptions}, for functions that add options of their own. */
export const BEARER_OPTIONS: OptionNames<BearerOptions> = {
  resource: true,
  origins: true,
  allowInsecureHosts: true,
  request: true,
  onInsufficientScope: true,
};

/**
 * Binds a token source to origins, for adapters of HTTP clients. An adapter asks whether an origin is covered, presents the
 * token, and renews it once after a 401. {@link bearerFetch} is such an adapter.
 *
 * @example
 * ```ts
 * const binding = bindBearer(source, { origins: ["https://api.example.com"] });
 * if (binding.covers(url.origin)) headers.authorization = (await binding.begin()).authorization;
 * ```
 * @throws TypeError if an option is missing or wrong. The message names the option. The calls of the binding throw the errors
 * of the source, and TokenError: `ERR_TOKEN_TYPE_UNSUPPORTED` if the source yields a token that is not a bearer token,
 * `ERR_TOKEN_RESPONSE` if a header cannot carry the token, `ERR_TOKEN_SUBJECT_REQUIRED` if the function `request` returns no
 * request.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-7.4 RFC 9728 §7.4}
 */
export function bindBearer(source: TokenSource, options: BearerOptions): BearerBinding {
  checkOptions(options, { doing: "bind a token", names: BEARER_OPTIONS });
  const origins = secureOrigins(options ?? {});
  const { request: asked, onInsufficientScope: listener } = options;
  if (typeof source?.getToken !== "function") throw mistaken('"source" must be a token source');
  if (listener !== undefined && typeof listener !== "function") {
    throw mistaken('"onInsufficientScope" must be a function');
  }
  const headers: TokenHeaders = new WeakMap();
  return {
    covers: (origin) => origins.has(origin),
    async begin(signal) {
      // Every call comes through here, so a request that is known is not awaited.
      const request =
        typeof asked === "function"
          ? await untilAborted(requestOfCall(asked), signal)
          : asked === undefined
            ? NO_REQUEST
            : requireRequest(asked);
      const call: Call = { source, request, signal, listener, headers };
      return present(call, await tokenOf(call, signal && { signal }));
    },
  };
}

/** Which token to request and where to send it, for any HTTP client. */
export interface BearerOptions extends OriginOptions {
  /** The token request, or a function that returns it, called once per call. Default: an empty request. */
  readonly request?: TokenRequestOption;
  /**
   * Called when a server responds with 403 and `insufficient_scope`, with the scope to request next and the request whose scope
   * was insufficient. The call is not repeated. Errors of the callback are ignored.
   */
  readonly onInsufficientScope?: (challenge: InsufficientScope, request: TokenRequest) => void;
}

const NO_REQUEST: TokenRequest = Object.freeze({});

/** The header of each token, as long as the token lives: to write and check a header takes longer than to find it. */
type TokenHeaders = WeakMap<AccessToken, string>;

interface Call {
  readonly source: TokenSource;
  readonly request: TokenRequest;
  readonly signal: AbortSignal | undefined;
  readonly listener: BearerOptions["onInsufficientScope"];
  readonly headers: TokenHeaders;
}

/** A source that somebody else wrote may not look at the signal. */
async function tokenOf(
  { source, request, signal }: Call,
  options: GetTokenOptions | undefined,
): Promise<AccessToken> {
  return checkedToken(await untilAborted(source.getToken(request, options), signal));
}

function present(call: Call, token: AccessToken): BearerCall {
  const { request, signal, listener } = call;
  return {
    authorization: headerOf(token, call.headers),
    async renew(rejectedBy) {
      const options = {
        ...(signal && { signal }),
        rejected: token,
        ...(rejectedBy !== undefined && { rejectedBy: refusingUrl(rejectedBy) }),
      };
      return present(call, await tokenOf(call, options));
    },
    answered(response) {
      if (listener === undefined || response.status !== 403) return;
      const challenge = insufficientScope(response, request.scope);
      if (challenge !== undefined) emit(listener, challenge, request);
    },
  };
}

function headerOf(token: AccessToken, headers: TokenHeaders): string {
  const known = headers.get(token);
  if (known !== undefined) return known;
  const header = bearerHeader(token);
  headers.set(token, header);
  return header;
}

function mistaken(reason: string): TypeError {
  return new TypeError(`Cannot bind a token: ${reason}`);
}
