import { AsyncLocalStorage } from "node:async_hooks";
import {
  type AccessToken,
  type GetTokenOptions,
  TokenError,
  type TokenRequest,
  type TokenSource,
} from "@agent-oauth/core";
import { checkedToken } from "@agent-oauth/core/internal";
import { isSameRequest, type RequestTokens, requestTokens } from "./request-tokens.ts";
import type { SentMessage, SessionCall } from "./session-call.ts";

/**
 * The tokens of one session. Its calls ask for different ones: the user's token may have been renewed since the session was
 * opened, and tools may need an audience of their own. So each HTTP request looks up the call to which it belongs.
 *
 * No token is handed out from here: the cache alone knows which one may still be presented.
 */
export class SessionTokenSource implements TokenSource {
  readonly #options: SessionTokenSourceOptions;
  readonly #sending = new AsyncLocalStorage<SentMessage>();
  readonly #missing = new WeakSet<Error>();
  #last: RequestTokens | undefined;

  constructor(options: SessionTokenSourceOptions) {
    this.#options = options;
  }

  get identity(): string | undefined {
    return this.#options.tokens.identity;
  }

  /** What an HTTP request made now sends; `undefined` if it belongs to no call. */
  get sending(): SentMessage | undefined {
    return this.#sending.getStore();
  }

  /** Runs a call, whose HTTP requests present the token for its request. */
  async during<R>(call: SessionCall, run: (signal: AbortSignal) => Promise<R>): Promise<R> {
    try {
      return await this.#sending.run({ call }, () => call.result(run(call.signal)));
    } finally {
      call.end();
    }
  }

  /** Sends a message. `send` gets it if it is a request of the call that is under way. */
  send<R>(
    { method, id }: { method?: string; id?: unknown },
    send: (request: SentMessage | undefined) => R,
  ): R {
    const call = this.sending?.call;
    if (call === undefined) return send(undefined);
    const isRequest = id !== undefined && method !== undefined;
    const sent: SentMessage = { call, method: isRequest ? method : undefined, id };
    return this.#sending.run(sent, send, isRequest ? sent : undefined);
  }

  async getToken(_request?: TokenRequest, options: GetTokenOptions = {}): Promise<AccessToken> {
    const call = this.sending?.call;
    if (call === undefined) return this.#parting(options);
    try {
      const token = checkedToken(await this.#fromSource(call.request, options));
      assertDestination(token, this.#options);
      return token;
    } catch (error) {
      // The SDK aborts the request of a call that timed out: the source did not say so.
      if (!options.signal?.aborted && !this.isMissing(error)) call.note(error);
      throw error;
    }
  }

  /**
   * Tells whether an error of {@link SessionTokenSource.getToken} lets the request go out without a token. An abort, a mistake
   * in the options and the refusal of a presented token do not.
   */
  isMissing(error: unknown): boolean {
    return error instanceof Error && this.#missing.has(error);
  }

  async #fromSource(request: TokenRequest, options: GetTokenOptions): Promise<AccessToken> {
    try {
      return await this.#tokensFor(request).getToken(options);
    } catch (error) {
      const isUser = request.subjectToken !== undefined;
      const isRefusal = options.rejected !== undefined;
      if (isUser && !isRefusal && isUnavailable(error)) this.#noteMissing(error);
      throw error;
    }
  }

  #noteMissing(error: Error): void {
    if (this.#options.anonymous === true) this.#missing.add(error);
  }

  /**
   * Returns the token that the notices of the end of the session and of cancelled calls present. No caller waits for these,
   * so no token is requested: only a token that the cache still holds is presented. A source without `peek` holds no token.
   */
  parting(): AccessToken | undefined {
    const { tokens } = this.#options;
    if (this.#last === undefined || !canPeek(tokens)) return undefined;
    const found = tokens.peek(this.#last.request);
    if (found === undefined) return undefined;
    const token = checkedToken(found);
    assertDestination(token, this.#options);
    return token;
  }

  /** Whether the client can tell the server that the session ends. */
  get canPart(): boolean {
    return this.parting() !== undefined || (this.#options.anonymous === true && this.#isOfUser);
  }

  #parting({ rejected }: GetTokenOptions): AccessToken {
    const token = rejected === undefined ? this.parting() : undefined;
    if (token !== undefined) return token;
    const error = new TokenError(
      "ERR_TOKEN_NOT_READY",
      "Cannot end an MCP session: there is no token for it",
    );
    if (rejected === undefined && this.#isOfUser) this.#noteMissing(error);
    throw error;
  }

  get #isOfUser(): boolean {
    return this.#last?.request.subjectToken !== undefined;
  }

  /** The request of the last call is bound: the user's token is hashed when it changes, not at each call. */
  #tokensFor(request: TokenRequest): RequestTokens {
    if (this.#last === undefined || !isSameRequest(this.#last.request, request)) {
      this.#last = requestTokens(this.#options.tokens, request);
    }
    return this.#last;
  }
}

/** Where the tokens of a session come from and where they may go. */
export interface SessionTokenSourceOptions {
  readonly tokens: TokenSource;
  /** The endpoint that the tokens are presented to. */
  readonly url: URL;
  /** Origins that may get a token although its gateway is another one. */
  readonly allowOrigins: readonly string[];
  /** Whether requests of a user for whom no token can be had go out without one. Default `false`. */
  readonly anonymous?: boolean;
}

function isUnavailable(error: unknown): error is TokenError {
  return TokenError.isInstance(error) && error.code !== "ERR_TOKEN_REJECTED";
}

interface Peekable {
  peek(request: TokenRequest): AccessToken | undefined;
}

function canPeek(source: TokenSource): source is TokenSource & Peekable {
  return "peek" in source && typeof source.peek === "function";
}

function assertDestination(
  token: AccessToken,
  { url, allowOrigins }: SessionTokenSourceOptions,
): void {
  const gatewayUrl = "gatewayUrl" in token ? String(token.gatewayUrl) : undefined;
  if (gatewayUrl === undefined || allowOrigins.includes(url.origin)) return;
  const gateway = URL.parse(gatewayUrl);
  if (gateway?.origin === url.origin) return;
  throw new TokenError(
    "ERR_TOKEN_ORIGIN",
    `Cannot present the token to ${url.origin}: it is for ${gateway?.origin ?? "a gateway without a valid URL"}, and "allowOrigins" does not name that origin`,
  );
}
