import { foreignMember } from "./foreign-error.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** The status of a failed response, and how long the server asked the caller to wait. */
export interface FailedResponse {
  readonly status?: number;
  readonly retryAfterMs?: number;
}

/**
 * Reads the response that a foreign error tells of: `status` or `statusCode`, and `headers`, of the error itself, or of its
 * member `response`, as HTTP clients have it.
 */
export function responseOfError(error: unknown, now: number): FailedResponse {
  for (const one of [error, foreignMember(error, "response")]) {
    const status = foreignMember(one, "status") ?? foreignMember(one, "statusCode");
    if (!Number.isInteger(status) || Number(status) < 400 || Number(status) > 599) continue;
    const retryAfterMs = parseRetryAfter(retryAfter(foreignMember(one, "headers")), now);
    return { status: Number(status), ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  return {};
}

/** Tells whether the same request may succeed later, by the status of a response alone. */
export function isRetryableStatus(status: number | undefined): boolean {
  return status !== undefined && (status === 408 || status === 429 || status >= 500);
}

/** Of a `Headers`, or of an object by name, as Node's and other HTTP clients have it. */
function retryAfter(headers: unknown): string | null {
  try {
    const { get } = headers as Partial<Headers>;
    const value = typeof get === "function" ? get.call(headers, "retry-after") : named(headers);
    return typeof value === "string" || typeof value === "number" ? String(value) : null;
  } catch {
    return null; // No headers, or they threw.
  }
}

function named(headers: unknown): unknown {
  const names = Object.keys(headers as object);
  return foreignMember(headers, names.find((name) => /^retry-after$/i.test(name)) ?? "");
}
