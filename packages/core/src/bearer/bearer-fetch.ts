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

/** How {@link bearerFetch} gets its tokens and where it sends them. */
export interface BearerFetchOptions extends BearerOptions {
  /** What sends; undici's own `fetch` will do. Default `globalThis.fetch`, read at each call. */
  readonly fetch?: Fetch;
}

const NAMES: OptionNames<BearerFetchOptions> = { ...BEARER_OPTIONS, fetch: true };

/**
 * Makes a `fetch` that presents a bearer token to the origins it is bound to, and to no other.
 *
 * After a 401 it asks the source once for another token, naming the rejected one, and sends the request again if
 * its body can be sent twice: streams cannot, nor can a `Request` that has a body. A second 401, and any other
 * status, is the caller's; a 403 for want of scope is also told to `onInsufficientScope`. A redirect within the origin
 * that keeps the method is followed; any other comes back as the 3xx response it is.
 *
 * @example
 * ```ts
 * const fetch = bearerFetch(source, {
 *   resource: "https://mcp.example.com/mcp",
 *   request: () => ({ subjectToken: userToken() }),
 * });
 * const response = await fetch("https://mcp.example.com/mcp", { method: "POST", body: "{}" });
 * ```
 * @throws TypeError at once naming the option that is unknown or of a wrong type; if not exactly one of `resource` and `origins` is
 * given, or one of them is no URL or not https. At a call what the source throws.
 * @throws TokenError at a call, before anything is sent: `ERR_TOKEN_TYPE_UNSUPPORTED` if the source yields no bearer
 * token, `ERR_TOKEN_RESPONSE` if no header can carry it, `ERR_TOKEN_SUBJECT_REQUIRED` if the function `request` returns none.
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
    // A `blob:` URL has the origin of the page that made it.
    const isHttp = call.url.protocol === "https:" || call.url.protocol === "http:";
    if (!isHttp || !binding.covers(call.url.origin)) return send(call.input, call.init);

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
