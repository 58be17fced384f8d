import type { AccessToken } from "./access-token.ts";
import { bearerHeader } from "./bearer-header.ts";
import { type InsufficientScope, insufficientScope } from "./insufficient-scope.ts";
import type { ChallengedResponse } from "./parse-challenge.ts";
import { type OriginOptions, secureOrigins } from "./secure-origins.ts";
import { requestOfCall, type TokenRequestOption } from "./token-request-option.ts";
import type { TokenRequest, TokenSource } from "./token-source.ts";

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
  /** After a 401: gets another token for the same call, naming the refused one to the source. */
  renew(): Promise<BearerCall>;
  /** Takes note of the answer that goes to the caller: a 403 may ask for more scope. */
  answered(response: ChallengedResponse & { readonly status: number }): void;
}

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
  const origins = secureOrigins(options);
  return {
    covers: (origin) => origins.has(origin),
    async begin(signal) {
      const request = await requestOfCall(options.request);
      const call: Call = { source, request, signal, tell: options.onInsufficientScope };
      return present(call, await source.getToken(request, signal && { signal }));
    },
  };
}

interface Call {
  readonly source: TokenSource;
  readonly request: TokenRequest;
  readonly signal: AbortSignal | undefined;
  readonly tell: BearerOptions["onInsufficientScope"];
}

function present(call: Call, token: AccessToken): BearerCall {
  const { source, request, signal, tell } = call;
  return {
    authorization: bearerHeader(token),
    renew: async () =>
      present(call, await source.getToken(request, { ...(signal && { signal }), rejected: token })),
    answered(response) {
      if (tell === undefined || response.status !== 403) return;
      const challenge = insufficientScope(response, request.scope);
      if (challenge !== undefined) tellQuietly(() => tell(challenge, request));
    },
  };
}

/** The answer goes to the caller whatever its callback does, an asynchronous one too. */
function tellQuietly(tell: () => unknown): void {
  try {
    Promise.resolve(tell()).catch(() => {});
  } catch {
    // As above.
  }
}
