import { kindOf } from "../options/plain-object.ts";
import {
  type ConnectionFailureKind,
  connectionFailure,
  isNetworkFailure,
} from "./connection-failure.ts";
import { redactedCause } from "./error-cause.ts";
import { errorChain, foreignMember } from "./foreign-error.ts";
import { TokenError } from "./token-error.ts";
import { transportReason } from "./transport-reason.ts";

/**
 * Wraps an error that foreign code threw in a token error: `ERR_TOKEN_TLS` if its causes show that a server's certificate is
 * not trusted, or that the server does not accept the client's, else `ERR_TOKEN_PROVIDER`. It is retryable if the foreign error says so, or if its causes show a network
 * failure. The foreign message is dropped; the message holds the first code of the chain. A token error is returned unchanged.
 *
 * @param who names, for the message, the code that threw the error.
 */
export function providerError(error: unknown, who: string): TokenError {
  if (TokenError.isInstance(error)) return error;
  const cause = redactedCause(error);
  const retryable = foreignMember(error, "retryable");
  const retryAfterMs = foreignMember(error, "retryAfterMs");
  const found = connectionFailure(error);
  const isCertificate = found !== undefined && CERTIFICATES.has(found.kind);
  const code = firstCode(cause);
  const named = code === undefined ? "" : ` (${code})`;
  const said = isCertificate ? `: ${transportReason(found)}${found.advice ?? ""}` : named;
  return new TokenError(
    isCertificate ? "ERR_TOKEN_TLS" : "ERR_TOKEN_PROVIDER",
    `Cannot get a token: ${who} threw ${cause?.name ?? kindOf(error)}${said}`,
    {
      cause,
      retryable: typeof retryable === "boolean" ? retryable : isNetworkFailure(error),
      ...(isDuration(retryAfterMs) && { retryAfterMs }),
    },
  );
}

const CERTIFICATES: ReadonlySet<ConnectionFailureKind> = new Set([
  "untrusted",
  "refused",
  "closed-on-certificate",
]);

/**
 * Returns an error that a token source may throw. A token error, a mistake of the caller and an abort are returned unchanged.
 * {@link providerError} wraps every other error.
 */
export function sourceError(error: unknown): unknown {
  const isMistake = error instanceof TypeError || error instanceof RangeError;
  if (isMistake && connectionFailure(error) === undefined) return error;
  if (foreignMember(error, "name") === "AbortError") return error;
  return providerError(error, "the token source");
}

/** The copy holds only codes that cannot be a secret. */
function firstCode(cause: Error | undefined): string | undefined {
  const codes = errorChain(cause).map((one) => foreignMember(one, "code"));
  return codes.find((code) => typeof code === "string");
}

function isDuration(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
