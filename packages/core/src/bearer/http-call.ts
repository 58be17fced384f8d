type Input = string | URL | Request;

/** The arguments of a `fetch` that are checked before the request is sent. They are copies, since the caller may change its own. */
export interface HttpCall {
  readonly url: URL;
  /** The first argument of the `fetch` that sends. It holds the URL that was checked. */
  readonly input: string | Request;
  readonly init: RequestInit;
  readonly method: string;
  readonly headers: Headers;
  readonly redirect: RequestInit["redirect"];
  readonly signal: AbortSignal | undefined;
  /** Whether the body, if there is one, can be sent twice. */
  readonly replayable: boolean;
}

/**
 * Reads the arguments of a `fetch`.
 *
 * A `Request` is split into its parts, since a `fetch` does not know the `Request` of another copy of undici, and Node's copy and
 * the installed undici are two copies. If Node's own `fetch` sends (`keepsRequest`), Node's own `Request` is kept, since that
 * `fetch` knows the length of its body.
 */
export function httpCall(input: Input, init: RequestInit, keepsRequest: boolean): HttpCall {
  const request = isRequest(input) ? input : undefined;
  const url = new URL(request === undefined ? (input as string | URL) : request.url);
  const kept = request !== undefined && keepsRequest && request instanceof Request;
  const own = isRequest(init) ? initOf(init) : init;
  const signal = init.signal ?? request?.signal ?? undefined;
  return {
    url,
    input: kept ? request : url.href,
    init: { ...(request && !kept && initOf(request)), ...own },
    method: (init.method ?? request?.method ?? "GET").toUpperCase(),
    headers: new Headers(init.headers ?? request?.headers),
    redirect: init.redirect ?? request?.redirect ?? "follow",
    signal,
    replayable: isReplayable(init.body ?? request?.body),
  };
}

/**
 * Listens for errors of a body that is a Node stream. If the stream fails before a `fetch` reads it and has no listener, the error
 * ends the process.
 *
 * @returns a function that throws the error, if the stream failed.
 */
export function heardBody(body: unknown): () => void {
  const isStream = typeof body === "object" && body !== null && "pipe" in body && "on" in body;
  let failure: { readonly error: unknown } | undefined;
  if (isStream && typeof body.on === "function") {
    body.on("error", (error: unknown) => {
      failure = { error };
    });
  }
  return () => {
    if (failure !== undefined) throw failure.error;
  };
}

// `instanceof` would miss the Request of another copy of undici, or of a test.
function isRequest(input: Input | RequestInit): input is Request {
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
