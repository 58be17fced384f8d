import type { AccessToken } from "./access-token.ts";
import { bearerHeader } from "./bearer-header.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "./token-source.ts";

type Fetch = typeof globalThis.fetch;
type Input = Parameters<Fetch>[0];
type Init = NonNullable<Parameters<Fetch>[1]>;

/** How {@link bearerFetch} gets its tokens and where it sends them. */
export interface BearerFetchOptions {
  /** The protected resource; its origin is the only one that gets the token. https, unless `allowInsecureHosts` names its host. */
  readonly resource: string | URL;
  /** What the token is asked for: one request, or a function asked once per call. Default: an empty request. */
  readonly request?:
    | TokenRequest
    | (() => TokenRequest | undefined | Promise<TokenRequest | undefined>);
  /** What sends. Default `globalThis.fetch`, read at each call. */
  readonly fetch?: Fetch;
  /** Hosts, each with or without its port, that may be reached by `http:`. Loopback is no exception. Default none. */
  readonly allowInsecureHosts?: readonly string[];
}

/**
 * Makes a `fetch` that presents a bearer token to one origin and to no other.
 *
 * After a 401 it asks the source once for another token, naming the rejected one, and sends the request again if
 * its body can be sent twice: streams cannot, nor can a `Request` that has a body. A second 401, and any other
 * status, is the caller's. A redirect within the origin that keeps the method is followed; any other comes back
 * as the 3xx answer it is.
 *
 * @example
 * ```ts
 * const fetch = bearerFetch(source, {
 *   resource: "https://mcp.example.com/mcp",
 *   request: () => ({ subjectToken: userToken() }),
 * });
 * const answer = await fetch("https://mcp.example.com/mcp", { method: "POST", body: "{}" });
 * ```
 * @throws TypeError at once if `resource` is no URL or not https; what the source throws at a call.
 * @throws TokenError at a call, before anything is sent: `ERR_TOKEN_TYPE_UNSUPPORTED` if the source yields no bearer
 * token, `ERR_TOKEN_RESPONSE` if no header can carry it.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1}, {@link https://www.rfc-editor.org/rfc/rfc9728#section-7.4 RFC 9728 §7.4}
 */
export function bearerFetch(source: TokenSource, options: BearerFetchOptions): Fetch {
  const { origin } = secureUrl(options.resource, options.allowInsecureHosts ?? []);
  return async (input, init = {}) => {
    const send = options.fetch ?? globalThis.fetch;
    const url = new URL(isRequest(input) ? input.url : input);
    // The URL that was judged, not the caller's object: that may be another one by the time there is a token.
    const target = isRequest(input) ? input : url.href;
    if (url.origin !== origin) return send(target, init);

    const tokenOptions = tokenOptionsOf(input, init);
    const request =
      typeof options.request === "function" ? await options.request() : options.request;
    const present = (token: AccessToken) =>
      sendWithinOrigin(send, { url, input: target, init: withBearer(input, init, token) });

    const token = await source.getToken(request, tokenOptions);
    const answer = await present(token);
    if (answer.status !== 401 || !isReplayable(input, init)) return answer;

    const replacement = source.getToken(request, { ...tokenOptions, rejected: token });
    // The answer is dropped also if no other token can be had: an unread body holds its connection.
    await Promise.allSettled([replacement, answer.body?.cancel()]);
    return present(await replacement);
  };
}

function secureUrl(resource: string | URL, insecureHosts: readonly string[]): URL {
  const url = URL.parse(String(resource));
  if (url === null) throw new TypeError('Cannot bind a fetch: "resource" must be an absolute URL');
  const allowed = insecureHosts.includes(url.host) || insecureHosts.includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && allowed)) {
    throw new TypeError(
      `Cannot bind a fetch: "resource" must be https, or "allowInsecureHosts" must name "${url.host}"`,
    );
  }
  return url;
}

// Not `instanceof`: the Request of another copy of undici, or of a test, is one too.
function isRequest(input: Input): input is Request {
  return typeof input === "object" && "url" in input;
}

function tokenOptionsOf(input: Input, init: Init): GetTokenOptions {
  const signal = init.signal ?? (isRequest(input) ? input.signal : undefined);
  return signal ? { signal } : {};
}

function withBearer(input: Input, init: Init, token: AccessToken): Init {
  const authorization = bearerHeader(token);
  // A copy: the caller's headers may be shared by calls of other users.
  const headers = new Headers(init.headers ?? (isRequest(input) ? input.headers : undefined));
  headers.set("authorization", authorization);
  return { ...init, headers };
}

function isReplayable(input: Input, { body }: Init): boolean {
  if (body === undefined || body === null) return !isRequest(input) || input.body === null;
  return (
    typeof body === "string" ||
    body instanceof URLSearchParams ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof Blob ||
    body instanceof FormData
  );
}

const MAX_REDIRECTS = 5;

interface Sending {
  readonly url: URL;
  readonly input: Input;
  readonly init: Init;
}

/** Redirects are judged here, so that no `fetch` can carry the token to another origin. */
async function sendWithinOrigin(send: Fetch, { url, input, init }: Sending): Promise<Response> {
  const redirect = init.redirect ?? (isRequest(input) ? input.redirect : "follow");
  if (redirect !== "follow") return send(input, init);
  const method = (init.method ?? (isRequest(input) ? input.method : "GET")).toUpperCase();
  let answer = await send(input, { ...init, redirect: "manual" });
  let from = url;
  for (let followed = 0; followed < MAX_REDIRECTS && isReplayable(input, init); followed++) {
    const target = redirectTarget(answer, from, method);
    if (target === undefined) break;
    await answer.body?.cancel();
    const { signal } = tokenOptionsOf(input, init);
    answer = await send(target, {
      ...init,
      method,
      redirect: "manual",
      ...(signal && { signal }),
    });
    from = target;
  }
  return answer;
}

function redirectTarget({ status, headers }: Response, from: URL, method: string): URL | undefined {
  const keepsMethod = status === 307 || status === 308;
  const reads = (method === "GET" || method === "HEAD") && [301, 302, 303].includes(status);
  if (!keepsMethod && !reads) return undefined;
  const location = headers.get("location");
  const target = location === null ? null : URL.parse(location, from.href);
  return target?.origin === from.origin ? target : undefined;
}
