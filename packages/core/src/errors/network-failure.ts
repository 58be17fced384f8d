import { errorChain, foreignMember } from "./foreign-error.ts";

/** Codes of failures that pass: of Node's connections and name resolution, and of undici. undici's other codes are mistakes. */
const CODES: ReadonlySet<unknown> = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETRESET",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ESOCKETTIMEDOUT",
  "ETIMEDOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_SOCKET",
]);

/**
 * Tells whether an error, or one of its causes, says that the network failed or that something took too long, so that the same
 * call may succeed later. It reads the codes, and the name `TimeoutError`, which `AbortSignal.timeout` sets.
 */
export function isNetworkFailure(error: unknown): boolean {
  return errorChain(error).some(
    (one) => CODES.has(foreignMember(one, "code")) || foreignMember(one, "name") === "TimeoutError",
  );
}
