import { TokenError } from "@agent-oauth/core";
import { retoldError } from "@agent-oauth/core/internal";

/**
 * Knows whether the tool of one call may have run. A request that was sent may have run the tool, whatever the response
 * was, unless it is certain that the server did not reach the tool.
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

  /** Returns the error for the caller: a TokenError, or one that is the cause, says if the tool may have run. */
  errorFor<F>(failure: F): F | TokenError {
    if (!this.#mayHaveRun) return failure;
    if (TokenError.isInstance(failure)) {
      return retoldError(failure, `${failure.message}; the tool may have run`);
    }
    if (failure instanceof Error && TokenError.isInstance(failure.cause)) {
      failure.cause = this.errorFor(failure.cause);
    }
    return failure;
  }
}
