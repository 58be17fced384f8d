import { type Response as UndiciResponse, fetch as undiciFetch } from "undici";
import type { Connections } from "./connections.ts";
import { noteTransportFailure } from "./transport-error.ts";

/**
 * Makes a fetch over the connections of a token endpoint, so that it presents the same client certificate. What it
 * throws carries what the connection knows of the failure. It takes
 * and returns what the global fetch does: `Request` and `FormData` may also be undici's, the `Response` is Node's.
 */
export function boundFetch(connections: Connections): typeof globalThis.fetch {
  return (input, init) =>
    connections.use(async (connection) => {
      const [url, merged] = undiciArguments(input as string | URL | Request, init);
      const target = URL.parse(url);
      try {
        const { dispatcher, observer } = connection;
        const response = await undiciFetch(url, { ...merged, dispatcher });
        if (target !== null) observer.responded(target);
        return globalResponse(response);
      } catch (error) {
        if (target !== null) noteTransportFailure(error, { url: target, connection });
        throw error;
      }
    });
}

/** Node's own classes of these names are strangers to the undici package, which would send "[object Request]". */
function undiciArguments(input: string | URL | Request, init?: RequestInit): [string, object] {
  const isRequest = input instanceof Request;
  const merged = { ...(isRequest && requestInit(input)), ...init };
  // undici knows everything else that it may be.
  const url = isRequest ? input.url : (input as string);
  if (!(merged.body instanceof FormData)) return [url, merged];
  const encoded = new Response(merged.body);
  const headers = new Headers(merged.headers);
  headers.set("content-type", encoded.headers.get("content-type") ?? "");
  return [url, { ...merged, headers, body: encoded.body, duplex: "half" }];
}

function requestInit({ method, headers, body, redirect, signal }: Request): RequestInit {
  return { method, headers, redirect, signal, ...(body && { body, duplex: "half" as const }) };
}

/** Callers may ask `instanceof Response`, and the type says that they can. */
function globalResponse(response: UndiciResponse): Response {
  const { status, statusText, headers, body } = response;
  const made = new Response(body as ReadableStream | null, {
    status,
    // Read as UTF-8, though servers may write Latin-1: then it has marks in it that no `Response` takes.
    statusText: statusText.replace(/[^\t -~\xA0-\xFF]/g, "?"),
    headers: [...headers],
  });
  // These getters also keep undici's response, which cancels its body once it is garbage.
  return Object.defineProperties(made, {
    url: { get: () => response.url },
    redirected: { get: () => response.redirected },
  });
}
