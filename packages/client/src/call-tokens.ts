import { AsyncLocalStorage } from "node:async_hooks";
import {
  type AccessToken,
  type GetTokenOptions,
  TokenError,
  type TokenRequest,
  type TokenSource,
} from "@agent-oauth/core";

/** Where the tokens of a session come from and where they may go. */
export interface CallTokensOptions {
  readonly tokens: TokenSource;
  /** The endpoint that the tokens are presented to. */
  readonly url: URL;
  /** Origins that may get a token although its gateway is another one. */
  readonly allowOrigins: readonly string[];
}

interface Call {
  readonly request: TokenRequest;
  readonly over: AbortController;
  /** Why no token could be had: the MCP SDK would wrap it beyond recognition. */
  failure?: { readonly error: unknown };
}

/**
 * The tokens of one session. Its calls ask for different ones: the user's token may have been renewed since the session was
 * opened, and tools may need an audience of their own. So each HTTP request looks up the call that it belongs to.
 */
export class CallTokens implements TokenSource {
  readonly #options: CallTokensOptions;
  readonly #calls = new AsyncLocalStorage<Call>();
  #latest: AccessToken | undefined;

  constructor(options: CallTokensOptions) {
    this.#options = options;
  }

  get identity(): string | undefined {
    return this.#options.tokens.identity;
  }

  /** Aborted when the call is over to which an HTTP request made now belongs; `undefined` if it belongs to none. */
  get over(): AbortSignal | undefined {
    return this.#calls.getStore()?.over.signal;
  }

  /** Runs a call whose HTTP requests present the token for `request`; rejects with the source's own error if there is none. */
  async during<R>(request: TokenRequest, run: () => Promise<R>): Promise<R> {
    const call: Call = { request, over: new AbortController() };
    try {
      return await this.#calls.run(call, run);
    } catch (error) {
      throw call.failure === undefined ? error : new NoToken(call.failure.error);
    } finally {
      call.over.abort();
    }
  }

  async getToken(_request?: TokenRequest, options: GetTokenOptions = {}): Promise<AccessToken> {
    const call = this.#calls.getStore();
    if (call === undefined) return this.#parting(options);
    try {
      const token = await this.#options.tokens.getToken(call.request, options);
      assertDestination(token, this.#options);
      this.#latest = token;
      return token;
    } catch (error) {
      // The SDK aborts the request of a call that timed out: that is no word of the source.
      if (!options.signal?.aborted) call.failure = { error };
      throw error;
    }
  }

  /** What the end of the session and of cancelled calls presents: nobody waits for those, so no token is asked for. */
  #parting({ rejected }: GetTokenOptions): AccessToken {
    if (this.#latest !== undefined && rejected === undefined) return this.#latest;
    throw new TokenError(
      "ERR_TOKEN_NOT_READY",
      "Cannot end an MCP session: there is no token for it",
    );
  }
}

/** Thrown by {@link CallTokens.during} in the place of what the source threw. */
export class NoToken {
  /** As the source threw it. */
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

function assertDestination(token: AccessToken, { url, allowOrigins }: CallTokensOptions): void {
  const gatewayUrl = "gatewayUrl" in token ? String(token.gatewayUrl) : undefined;
  if (gatewayUrl === undefined || allowOrigins.includes(url.origin)) return;
  const gateway = URL.parse(gatewayUrl);
  if (gateway?.origin === url.origin) return;
  throw new TokenError(
    "ERR_TOKEN_ORIGIN",
    `Cannot present the token to ${url.origin}: it is for ${gateway?.origin ?? "a gateway without a valid URL"}, and "allowOrigins" does not name that origin`,
  );
}
