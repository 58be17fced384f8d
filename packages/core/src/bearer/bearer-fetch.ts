import { checkOptions, type OptionNames, pickOptions } from "../options/known-members.ts";
import type { TokenSource } from "../token/token-source.ts";
import {
  BEARER_OPTIONS,
  type BearerCall,
  type BearerOptions,
  bindBearer,
} from "./bearer-binding.ts";
import { dropBody } from "./drop-body.ts";
import { heardBody, httpCall } from "./http-call.ts";
import { sendWithinOrigin } from "./send-within-origin.ts";

type Fetch = typeof globalThis.fetch;

const NAMES: OptionNames<BearerFetchOptions> = { ...BEARER_OPTIONS, fetch: true };

/**
 * Makes a `fetch` that presents a bearer token to the origins it is bound to, and to no other origin.
 *
 * After a 401 it asks the source once for another token, tells it the rejected token, and sends the request again if the body
 * can be sent twice. A stream and the body of a `Request` cannot be sent twice. The caller gets a second 401 and every other
 * status as the response. A 403 for insufficient scope also calls `onInsufficientScope`. It follows a redirect within the origin
 * that keeps the method; the caller gets every other redirect as the 3xx response.
 *
 * @example
 * ```ts
 * const fetch = bearerFetch(source, {
 *   resource: "https://mcp.example.com/mcp",
 *   request: () => ({ subjectToken: userToken() }),
 * });
 * const response = await fetch("https://mcp.example.com/mcp", { method: "POST", body: "{}" });
 * ```
 * @throws TypeError at once if an option is unknown or of a wrong type, if not exactly one of `resource` and `origins` is given,
 * or if one of them is not a URL or not https. The message names the option. A call throws the errors of the source.
 * @throws TokenError at a call, before the request is sent: `ERR_TOKEN_TYPE_UNSUPPORTED` if the source yields a token that is not
 * a bearer token, `ERR_TOKEN_RESPONSE` if a header cannot carry the token, `ERR_TOKEN_SUBJECT_REQUIRED` if the function
 * `request` returns no request.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1}, {@link https://www.rfc-editor.org/rfc/rfc9728#section-7.4 RFC 9728 §7.4}
 */
export function bearerFetch(source: TokenSource, options: BearerFetchOptions): Fetch {
  checkOptions(options, { doing: "bind a token", names: NAMES });
  const { fetch } = options ?? {};
  if (fetch !== undefined && typeof fetch !== "function") {
    throw new TypeError('Cannot bind a token: "fetch" must be a function');
  }
  const binding = bindBearer(source, pickOptions(options ?? {}, BEARER_OPTIONS));
  return async (input, init = {}) => {
    const send = fetch ?? globalThis.fetch;
    const call = httpCall(input, init, fetch === undefined);
    // A `blob:` URL has the origin of the page that created it, so the protocol is checked too.
    const isHttp = call.url.protocol === "https:" || call.url.protocol === "http:";
    if (!isHttp || !binding.covers(call.url.origin)) return send(call.input, call.init);
    if (call.url.username !== "" || call.url.password !== "") {
      throw new TypeError("Cannot send the request: its URL holds a user name or password");
    }

    const present = async (bearer: BearerCall) => {
      const headers = new Headers(call.headers);
      headers.set("authorization", bearer.authorization);
      return sendWithinOrigin(send, { ...call, headers });
    };
    const throwIfFailed = heardBody(call.init.body);
    let bearer = await binding.begin(call.signal);
    throwIfFailed();
    let response = await present(bearer);
    if (response.status === 401 && call.replayable) {
      dropBody(response.body);
      bearer = await bearer.renew(call.url);
      response = await present(bearer);
    }
    bearer.answered(response);
    return response;
  };
}

/** Options of {@link bearerFetch}. */
export interface BearerFetchOptions extends BearerOptions {
  /** Sends the requests; undici's own `fetch` works too. Default `globalThis.fetch`, read at each call. */
  readonly fetch?: Fetch;
}
