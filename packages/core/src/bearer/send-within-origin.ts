import { dropBody } from "./drop-body.ts";
import type { HttpCall } from "./http-call.ts";

/** Most API clients follow this many redirects; a `fetch` follows twenty. */
const MAX_REDIRECTS = 5;

/** The `fetch` that sends the requests. */
type Send = (input: string | URL | Request, init: RequestInit) => Promise<Response>;

/**
 * Sends a call with its headers. This function handles redirects itself, so that a `fetch` cannot carry the token to another
 * origin. It follows a redirect within the origin that keeps the method, if the body can be sent twice. It returns every other
 * redirect as the response.
 */
export async function sendWithinOrigin(
  send: Send,
  call: HttpCall & { readonly headers: Headers },
): Promise<Response> {
  const { input, method, headers, signal, replayable } = call;
  const init = { ...call.init, headers };
  if (call.redirect !== "follow") return send(input, init);
  let response = await send(input, { ...init, redirect: "manual" });
  let from = call.url;
  for (let followed = 0; followed < MAX_REDIRECTS && replayable; followed++) {
    const target = redirectTarget(response, from, method);
    if (target === undefined) break;
    dropBody(response.body);
    response = await send(target, {
      ...init,
      method,
      redirect: "manual",
      ...(signal && { signal }),
    });
    from = target;
  }
  return response;
}

function redirectTarget({ status, headers }: Response, from: URL, method: string): URL | undefined {
  const keepsMethod = status === 307 || status === 308;
  const reads = (method === "GET" || method === "HEAD") && [301, 302, 303].includes(status);
  if (!keepsMethod && !reads) return undefined;
  const location = headers.get("location");
  const target = location === null ? null : URL.parse(location, from.href);
  // No fetch takes a URL with a user name, and its error shows the password.
  const hasUser = target !== null && (target.username !== "" || target.password !== "");
  return target?.origin === from.origin && !hasUser ? target : undefined;
}
