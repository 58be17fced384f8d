import { redactedCause, TokenError, type TokenErrorOptions } from "@agent-oauth/core";
import { errorDetails, listedReasons, shownName } from "@agent-oauth/core/internal";
import type { DiscoveryFailure, DiscoveryRef } from "./discovery-failure.ts";

const BRAND = Symbol.for("@agent-oauth/DiscoveryError");

/**
 * Says that every server or agent of a list failed. Code, status, cause and the like are those of the first failure; it is retryable
 * if one of the failures is.
 *
 * @example
 * ```ts
 * try {
 *   await client.listMcpTools({ userToken });
 * } catch (error) {
 *   if (!DiscoveryError.isInstance(error)) throw error;
 *   for (const { ref, error: reason } of error.failures) console.error(`${ref.name}: ${reason}`);
 * }
 * ```
 */
export class DiscoveryError<Ref extends DiscoveryRef = DiscoveryRef> extends TokenError {
  readonly #failures: readonly DiscoveryFailure<Ref>[];

  /** Tells whether a value is such an error. It also recognises one of another installed copy of this package. */
  static override isInstance(error: unknown): error is DiscoveryError {
    return TokenError.isInstance(error) && BRAND in error;
  }

  /** @throws TypeError if `failures` is no list of at least one failure. */
  constructor(failures: readonly DiscoveryFailure<Ref>[]) {
    if (!Array.isArray(failures) || failures.length === 0) {
      throw new TypeError(
        'Cannot make a DiscoveryError: "failures" must be a list of at least one failure',
      );
    }
    for (const [index, failure] of failures.entries()) {
      if (typeof failure?.ref?.name === "string") continue;
      throw new TypeError(
        `Cannot make a DiscoveryError: "failures[${index}]" must have a "ref" with a "name", and an "error"`,
      );
    }
    const token = failures.map(({ error }) => error).find((error) => TokenError.isInstance(error));
    const reasons = [...new Set(failures.map(reasonOf))];
    super(
      token?.code ?? "ERR_TOKEN_RESPONSE",
      reasons.length === 1 ? reasons.join("") : `Cannot list anything: ${listedReasons(reasons)}`,
      optionsOf(failures, token),
    );
    this.#failures = failures;
  }

  /** What failed and why, in the order of the list. */
  get failures(): readonly DiscoveryFailure<Ref>[] {
    return this.#failures;
  }

  /** The errors of the failures, as an `AggregateError` has them. */
  get errors(): readonly unknown[] {
    return this.#failures.map(({ error }) => error);
  }
}

Object.defineProperty(DiscoveryError.prototype, BRAND, { value: true });

function optionsOf(
  failures: readonly DiscoveryFailure<DiscoveryRef>[],
  token: TokenError | undefined,
): TokenErrorOptions {
  const errors = failures.map(({ error }) => error);
  return {
    ...(token === undefined ? { cause: redactedCause(errors[0]) } : errorDetails(token)),
    retryable: errors.some((error) => TokenError.isInstance(error) && error.retryable),
  };
}

/** Messages of others are not repeated: they may hold anything. */
function reasonOf({ ref, error }: DiscoveryFailure<DiscoveryRef>): string {
  if (TokenError.isInstance(error)) return error.message;
  const { name, code } = Object(error) as { readonly name?: unknown; readonly code?: unknown };
  const what = typeof code === "number" ? `the JSON-RPC error ${code}` : shownName(String(name));
  return `Cannot use ${shownName(String(ref.name))}: it failed with ${what}`;
}
