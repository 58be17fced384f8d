import { TokenError } from "@agent-oauth/core";

/**
 * What the transport knows of one tool call: whether the tool may have run. A request that went out may have been carried
 * out, whatever came back, unless it is certain that the server did not get as far as the tool.
 */
export class ToolRun {
  #mayHaveRun = false;

  get mayHaveRun(): boolean {
    return this.#mayHaveRun;
  }

  /** The request goes out. */
  begin(): void {
    this.#mayHaveRun = true;
  }

  /** The server refused the request before any work, or never got it. */
  refused(): void {
    this.#mayHaveRun = false;
  }

  /** Returns what to tell the caller: an error of ours says if the tool may have run. Others pass as they are. */
  told<F>(failure: F): F | TokenError {
    if (!this.#mayHaveRun || !TokenError.isInstance(failure)) return failure;
    const { code, message, status, oauthError, retryAfterMs, retryable, cause } = failure;
    return new TokenError(code, `${message}; the tool may have run`, {
      status,
      oauthError,
      retryAfterMs,
      retryable,
      cause: cause instanceof Error ? cause : undefined,
    });
  }
}
