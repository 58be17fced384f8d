import { fitsHeader } from "../token/bearer-scheme.ts";
import { authorizationHeaders } from "./incoming-request.ts";
import type { RequestRefusal } from "./unauthorized-error.ts";

/** What the Authorization header of a request holds: a token, or why there is none. */
export type BearerCredentials =
  | { readonly token: string }
  | { readonly token?: undefined; readonly refusal: RequestRefusal };

/** How credentials are read. */
export interface CredentialsOptions {
  readonly maxTokenLength: number;
  /** Completes "Cannot …". */
  readonly doing: string;
}

/**
 * Reads the bearer token of a request. Several headers are refused whatever they hold: who verified one of them may have read another
 * one than we do.
 *
 * @throws TypeError if the request has no headers.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1}
 */
export function bearerCredentials(
  request: unknown,
  { maxTokenLength, doing }: CredentialsOptions,
): BearerCredentials {
  const [header, ...others] = authorizationHeaders(request, doing);
  if (others.length > 0) return refused(SEVERAL);
  const token = /^\s*bearer(?:\s+|$)(.*)$/is.exec(header ?? "")?.[1]?.trimEnd() ?? "";
  if (token === "") return refused(NONE);
  if (token.length > maxTokenLength) return refused(TOO_LONG);
  // `Headers` joins several headers by commas, which no bearer token holds.
  if (token.includes(",")) return refused(SEVERAL);
  return fitsHeader(token) ? { token } : refused(MALFORMED);
}

/** Another scheme is no error: the client may not know which one is wanted (RFC 6750 §3.1). */
const NONE: RequestRefusal = { reason: "it carries no bearer token" };
const SEVERAL: RequestRefusal = {
  reason: "it carries more than one authorization",
  error: "invalid_request",
};
const TOO_LONG: RequestRefusal = { reason: "its token is too long", error: "invalid_token" };
const MALFORMED: RequestRefusal = { reason: "its token is malformed", error: "invalid_token" };

function refused(refusal: RequestRefusal): BearerCredentials {
  return { refusal };
}
