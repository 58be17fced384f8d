import { kindOf } from "../options/plain-object.ts";
import { connectionFailure, isNetworkFailure } from "./connection-failure.ts";
import { redactedCause } from "./error-cause.ts";
import { errorChain, foreignMember } from "./foreign-error.ts";
import { isRetryableStatus, responseOfError } from "./response-of-error.ts";
import { TokenError, type TokenErrorOptions } from "./token-error.ts";
import { transportErrorCode, transportReason } from "./transport-reason.ts";

/**
 * Wraps an error that foreign code threw in a token error, as {@link foreignFailure} classifies it. A token error is returned
 * unchanged.
 */
export function providerError(error: unknown, { who, now }: ProviderErrorContext): TokenError {
  if (TokenError.isInstance(error)) return error;
  const { code, said, details } = foreignFailure(error, now);
  const name = details.cause?.name ?? kindOf(error);
  return new TokenError(code, `Cannot get a token: ${who} threw ${name}${said}`, details);
}

/** What a token error says of an error that foreign code threw. */
export interface ForeignFailure {
  readonly code: "ERR_TOKEN_PROVIDER" | "ERR_TOKEN_TLS";
  /** Ends the message: the first code of the chain, the status, or what is wrong with TLS. It may be empty. */
  readonly said: string;
  readonly details: TokenErrorOptions;
}

/**
 * Classifies an error that foreign code threw: `ERR_TOKEN_TLS` if its causes show that TLS with a server failed, else
 * `ERR_TOKEN_PROVIDER`. It is retryable if the foreign error says so, or if it or its causes show a network failure, an abort
 * that was not ours, or a status that a retry can mend. The foreign message is dropped.
 */
export function foreignFailure(error: unknown, now: number): ForeignFailure {
  const cause = redactedCause(error);
  const found = connectionFailure(error, { abortsAre: "timeout" });
  const isTls = found !== undefined && transportErrorCode(found) === "ERR_TOKEN_TLS";
  const { status, retryAfterMs = durationOf(error) } = responseOfError(error, now);
  const retryable = foreignMember(error, "retryable");
  const canBeMended = isRetryableStatus(status) || (found !== undefined && isNetworkFailure(found));
  const named = [firstCode(cause) ?? found?.code, status && `status ${status}`].filter(Boolean);
  return {
    code: isTls ? "ERR_TOKEN_TLS" : "ERR_TOKEN_PROVIDER",
    said: isTls
      ? `: ${transportReason(found)}${found.advice ?? ""}`
      : named.length > 0
        ? ` (${named.join(", ")})`
        : "",
    details: {
      cause,
      status,
      retryAfterMs,
      retryable: typeof retryable === "boolean" ? retryable : canBeMended,
    },
  };
}

/** What the message and the details of {@link providerError} need. */
export interface ProviderErrorContext {
  /** Names the code that threw the error. */
  readonly who: string;
  /** The time, in epoch milliseconds: `Retry-After` may be a date. */
  readonly now: number;
}

/**
 * Returns an error that a token source may throw. A token error, a mistake of the caller and an abort are returned unchanged.
 * {@link providerError} wraps every other error.
 */
export function sourceError(error: unknown, now: number): unknown {
  const isMistake = error instanceof TypeError || error instanceof RangeError;
  if (isMistake && connectionFailure(error) === undefined) return error;
  if (foreignMember(error, "name") === "AbortError") return error;
  return providerError(error, { who: "the token source", now });
}

/** The copy holds only codes that cannot be a secret. */
function firstCode(cause: Error | undefined): string | undefined {
  const codes = errorChain(cause).map((one) => foreignMember(one, "code"));
  return codes.find((code) => typeof code === "string");
}

function durationOf(error: unknown): number | undefined {
  const value = foreignMember(error, "retryAfterMs");
  const isDuration = typeof value === "number" && Number.isFinite(value) && value >= 0;
  return isDuration ? value : undefined;
}
