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
import type { TokenRequest, TokenSource } from "../token/token-source.ts";
import { refusingUrl } from "./refusing-url.ts";
import { type OriginOptions, secureOrigins } from "./secure-origins.ts";

/** A token source bound to the origins that may see its tokens. */
export interface BearerBinding {
  /** Tells whether a URL of this origin gets the token. */
  covers(origin: string): boolean;
  /** Gets the token for one call. The signal ends the wait for it. */
  begin(signal?: AbortSignal): Promise<BearerCall>;
}

/** One HTTP call with a token. */
export interface BearerCall {
  /** The value of the Authorization header. */
  readonly authorization: string;
  /**
   * After a 401: gets another token for the same call, naming the refused one to the source, and the URL of the server that
   * refused it (its origin and path), so that its word holds for that server only.
   */
  renew(rejectedBy?: string | URL): Promise<BearerCall>;
  /** Takes note of the answer that goes to the caller: a 403 may ask for more scope. */
  answered(response: ChallengedResponse & { readonly status: number }): void;
}

/** The names of {@link BearerOptions}, for hooks that have options of their own too. */
export const BEARER_OPTIONS: OptionNames<BearerOptions> = {
  resource: true,
  origins: true,
  allowInsecureHosts: true,
  request: true,
  onInsufficientScope: true,
};

/**
 * Binds a token source to origins, for adapters of HTTP clients: they ask whether an origin is covered, present the
 * token, and renew it once after a 401. {@link bearerFetch} is one.
 *
 * @example
 * ```ts
 * const binding = bindBearer(source, { origins: ["https://api.example.com"] });
 * if (binding.covers(url.origin)) headers.authorization = (await binding.begin()).authorization;
 * ```
 * @throws TypeError naming the option that is missing or wrong. The calls of the binding throw what the source throws,
 * and TokenError: `ERR_TOKEN_TYPE_UNSUPPORTED` if the source yields no bearer token, `ERR_TOKEN_RESPONSE` if no header can
 * carry it, `ERR_TOKEN_SUBJECT_REQUIRED` if the function `request` returns none.
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
  return {
    covers: (origin) => origins.has(origin),
    async begin(signal) {
      // Nothing is waited for where the request is known: this is on the path of every call.
      const request =
        typeof asked === "function"
          ? await untilAborted(requestOfCall(asked), signal)
          : requireRequest(asked === undefined ? {} : asked);
      const call: Call = { source, request, signal, listener };
      return present(call, checkedToken(await source.getToken(request, signal && { signal })));
    },
  };
}

/** How tokens are got and where they are sent, whatever sends them. */
export interface BearerOptions extends OriginOptions {
  /** What the token is asked for: one request, or a function asked once per call. Default: an empty request. */
  readonly request?: TokenRequestOption;
  /**
   * Told when a server answers 403 with `insufficient_scope`, with what to ask for next and the request that was not
   * enough. Nothing is asked for or sent again. What it throws is ignored.
   */
  readonly onInsufficientScope?: (challenge: InsufficientScope, request: TokenRequest) => void;
}

interface Call {
  readonly source: TokenSource;
  readonly request: TokenRequest;
  readonly signal: AbortSignal | undefined;
  readonly listener: BearerOptions["onInsufficientScope"];
}

function present(call: Call, token: AccessToken): BearerCall {
  const { source, request, signal, listener } = call;
  return {
    authorization: bearerHeader(token),
    async renew(rejectedBy) {
      const options = {
        ...(signal && { signal }),
        rejected: token,
        ...(rejectedBy !== undefined && { rejectedBy: refusingUrl(rejectedBy) }),
      };
      return present(call, checkedToken(await source.getToken(request, options)));
    },
    answered(response) {
      if (listener === undefined || response.status !== 403) return;
      const challenge = insufficientScope(response, request.scope);
      if (challenge !== undefined) emit(listener, challenge, request);
    },
  };
}

function mistaken(reason: string): TypeError {
  return new TypeError(`Cannot bind a token: ${reason}`);
}
