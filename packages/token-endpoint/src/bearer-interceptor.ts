import {
  type BearerCall,
  type BearerOptions,
  bindBearer,
  type TokenSource,
} from "@agent-oauth/core";
import type { Dispatcher } from "undici";
import { RenewingHandler } from "./renewing-handler.ts";
import { type RepeatableBody, repeatableBody } from "./repeatable-body.ts";
import { withAuthorization } from "./undici-headers.ts";

/**
 * Makes an undici interceptor that presents a bearer token to the origins it is bound to, and to no other.
 *
 * After a 401 it asks the source once for another token, naming the rejected one, and sends the request again if its
 * body can be sent twice: streams cannot; of what undici's `fetch` sends up to 1 MiB is kept for it. Every other answer
 * passes as it comes. Compose it last: what is composed after it does not see the header, and a cache there would hand
 * one user's answer to another.
 *
 * @example
 * ```ts
 * const dispatcher = new Agent().compose(
 *   bearerInterceptor(source, { origins: ["https://api.example.com"], request: users.request }),
 * );
 * const { statusCode, body } = await request("https://api.example.com/orders", { dispatcher });
 * ```
 * @throws TypeError if not exactly one of `resource` and `origins` is given, or one of them is no URL or not https. Requests
 * fail with what the source throws, and with TokenError: `ERR_TOKEN_TYPE_UNSUPPORTED` if it yields no bearer token,
 * `ERR_TOKEN_RESPONSE` if no header can carry it, `ERR_TOKEN_SUBJECT_REQUIRED` if the function `request` returns none.
 */
export function bearerInterceptor(
  source: TokenSource,
  options: BearerOptions,
): Dispatcher.DispatcherComposeInterceptor {
  const binding = bindBearer(source, options);
  return (dispatch) => (request, handler) => {
    const target = URL.parse(String(request.origin));
    if (target === null || !binding.covers(target.origin)) return dispatch(request, handler);
    const send = (bearer: BearerCall, body: RepeatableBody) => {
      const headers = withAuthorization(request.headers, bearer.authorization);
      const renewing = new RenewingHandler(handler, { bearer, body, send });
      dispatch({ ...request, headers, body: body.content }, renewing);
    };
    binding
      .begin(signalOf(request))
      .then((bearer) => send(bearer, repeatableBody(request.body ?? null)))
      .catch((error: Error) => handler.onResponseError?.(NOT_STARTED, error));
    return true;
  };
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
