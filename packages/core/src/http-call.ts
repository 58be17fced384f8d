type Input = string | URL | Request;

/** The arguments of a `fetch` as far as they are judged before anything is sent. */
export interface HttpCall {
  readonly url: URL;
  /** What goes to the `fetch` that sends: the URL that was judged, not the caller's object, which may change. */
  readonly input: string | Request;
  readonly init: RequestInit;
  readonly method: string;
  readonly headers: RequestInit["headers"];
  readonly redirect: RequestInit["redirect"];
  readonly signal: AbortSignal | undefined;
  /** Whether the body, if there is one, can be sent twice. */
  readonly replayable: boolean;
}

/**
 * Reads the arguments of a `fetch`.
 *
 * A `Request` is taken apart, since no `fetch` knows the `Request` of another copy of undici; Node's and undici's
 * are two. Only Node's own stays as it is where Node's own `fetch` sends (`keepsRequest`), which knows its body's length.
 */
export function httpCall(input: Input, init: RequestInit, keepsRequest: boolean): HttpCall {
  const request = isRequest(input) ? input : undefined;
  const url = new URL(request === undefined ? (input as string | URL) : request.url);
  const kept = request !== undefined && keepsRequest && request instanceof Request;
  const merged: RequestInit = request && !kept ? { ...initOf(request), ...init } : init;
  const signal = init.signal ?? request?.signal ?? undefined;
  return {
    url,
    input: kept ? request : url.href,
    init: merged,
    method: (init.method ?? request?.method ?? "GET").toUpperCase(),
    headers: init.headers ?? request?.headers,
    redirect: init.redirect ?? request?.redirect ?? "follow",
    signal,
    replayable: isReplayable(init.body ?? request?.body),
  };
}

// Not `instanceof`: the Request of another copy of undici, or of a test, is one too.
function isRequest(input: Input): input is Request {
  return typeof input === "object" && "url" in input;
}

function initOf({ method, headers, body, redirect, signal }: Request): RequestInit {
  return { method, headers, redirect, signal, ...(body && { body, duplex: "half" as const }) };
}

function isReplayable(body: RequestInit["body"]): boolean {
  return (
    body === undefined ||
    body === null ||
    typeof body === "string" ||
    body instanceof URLSearchParams ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof Blob ||
    body instanceof FormData
  );
}
