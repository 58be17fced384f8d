import {
  type BearerCall,
  type BearerOptions,
  bindBearer,
  type TokenSource,
} from "@agent-oauth/core";
import type { Dispatcher } from "undici";
import { withoutAuthorization } from "../http/undici-headers.ts";
import { RenewingHandler } from "./renewing-handler.ts";
import { type ReplayableBody, replayableBody } from "./replayable-body.ts";

/**
 * Makes an undici interceptor that presents a bearer token to the origins it is bound to, and to no other.
 *
 * After a 401 it asks the source once for another token, naming the rejected one, and sends the request again if its
 * body can be sent twice: streams cannot; of what undici's `fetch` sends up to 1 MiB is kept for it. Every other response
 * passes as it comes. Compose it last: what is composed after it does not see the header, and a cache there would hand
 * one user's response to another.
 *
 * @example
 * ```ts
 * const dispatcher = new Agent().compose(
 *   bearerInterceptor(source, { origins: ["https://api.example.com"], request: users.request }),
 * );
 * const { statusCode, body } = await request("https://api.example.com/orders", { dispatcher });
 * ```
 * @throws TypeError if an option is unknown, if not exactly one of `resource` and `origins` is given, or one of them is not a URL or not https. Requests
 * fail with what the source throws, and with TokenError: `ERR_TOKEN_TYPE_UNSUPPORTED` if it yields no bearer token,
 * `ERR_TOKEN_RESPONSE` if no header can carry it, `ERR_TOKEN_SUBJECT_REQUIRED` if the function `request` returns none.
 */
export function bearerInterceptor(
  source: TokenSource,
  options: BearerOptions,
): Dispatcher.DispatcherComposeInterceptor {
  const binding = bindBearer(source, options);
  return (dispatch) => (request, handler) => {
    const origin = originOf(request);
    if (origin === undefined || !binding.covers(origin)) return dispatch(request, handler);
    // As it is now: the caller may change what it holds of it while the token is awaited, the origin too.
    const snapshot = { ...request, origin };
    const url = urlOf(request.path, origin);
    const headers = withoutAuthorization(request.headers);
    const send = (bearer: BearerCall, body: ReplayableBody) => {
      const renewing = new RenewingHandler(handler, { url, bearer, body, send });
      const authorized = [...headers, "authorization", bearer.authorization];
      dispatch({ ...snapshot, headers: authorized, body: body.content }, renewing);
    };
    const body = replayableBody(request.body ?? null);
    binding
      .begin(signalOf(request))
      .then((bearer) => send(bearer, body))
      .catch((error: Error) => handler.onResponseError?.(NOT_STARTED, error));
    return true;
  };
}

/** Where a request goes; `undefined` if its path names another server, which a proxy on the way would forward it to. */
function originOf({ origin, path }: Dispatcher.DispatchOptions): string | undefined {
  const target = URL.parse(String(origin))?.origin;
  return String(path).startsWith("/") || URL.parse(path)?.origin === target ? target : undefined;
}

/** Joined as text: a path that begins with two slashes names no host. */
function urlOf(path: string, origin: string): URL {
  return URL.parse(path.startsWith("/") ? origin + path : path) ?? new URL(origin);
}

/** What there is to abort before a request is dispatched. */
const NOT_STARTED: Dispatcher.DispatchController = {
  aborted: false,
  paused: false,
  reason: null,
  abort() {},
  pause() {},
  resume() {},
};

/** undici's `request` passes its signal down; its `fetch` watches over its own. */
function signalOf(request: object): AbortSignal | undefined {
  const signal = "signal" in request ? request.signal : undefined;
  return signal instanceof AbortSignal ? signal : undefined;
}
