import { type Dispatcher, type RequestInit as UndiciInit, fetch as undiciFetch } from "undici";
import type { Connections } from "./connections.ts";

/**
 * Makes a fetch over the connections of a token endpoint, so that it presents the same client certificate. It takes
 * what the global fetch takes, `Request` and `FormData` of either kind included. What it answers is undici's
 * `Response`: it has all members of the global one, but is no `instanceof` it.
 */
export function boundFetch(connections: Connections): typeof globalThis.fetch {
  const fetch = (input: string | URL | Request, init?: RequestInit) =>
    connections.use(({ dispatcher }) => {
      const [url, merged] = undiciArguments(input, init);
      return undiciFetch(url, { ...merged, dispatcher } as UndiciInit & { dispatcher: Dispatcher });
    });
  return fetch as unknown as typeof globalThis.fetch;
}

/** Node's own classes of these names are strangers to the undici package, which would send "[object Request]". */
function undiciArguments(input: string | URL | Request, init?: RequestInit): [string, object] {
  const merged = { ...requestInit(input), ...init };
  const isRequest = input instanceof Request;
  if (merged.body instanceof FormData) {
    const { headers, body } = new Response(merged.body);
    const all = new Headers(merged.headers);
    all.set("content-type", headers.get("content-type") ?? "");
    return [
      isRequest ? input.url : String(input),
      { ...merged, body, headers: all, duplex: "half" },
    ];
  }
  return [isRequest ? input.url : (input as string), merged];
}

function requestInit(input: string | URL | Request): RequestInit {
  if (!(input instanceof Request)) return {};
  const { method, headers, body, redirect, signal } = input;
  return { method, headers, redirect, signal, ...(body && { body, duplex: "half" as const }) };
}
