import { decodeJwt, decodeProtectedHeader } from "jose";
import { fingerprint } from "../oauth/fingerprint.ts";
import type { Form } from "../oauth/form.ts";
import type { RecordedRequest, RecordedToken } from "./recorded-request.ts";

/** Longest token whose claims are kept: a sender must not fill our memory. */
const MAX_TOKEN_LENGTH = 16_384;
/** How deep the claims of a token may be nested. */
const MAX_DEPTH = 32;

/**
 * Decodes a JWT without verifying it; a token that is not a JWT or is too large has neither header
 * nor claims.
 */
export function decodeToken(token: string): Pick<RecordedToken, "header" | "claims"> {
  const unknown = { header: undefined, claims: undefined };
  if (token.length > MAX_TOKEN_LENGTH) return unknown;
  try {
    const header = decodeProtectedHeader(token);
    const claims = decodeJwt(token);
    return isShallow([header, claims], MAX_DEPTH + 1) ? { header, claims } : unknown;
  } catch {
    return unknown;
  }
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((member) => isShallow(member, depth - 1));
}

/** Form parameters whose values are shown; the value of any other may be a secret. */
const HARMLESS_PARAMETERS = new Set([
  "grant_type",
  "client_id",
  "resource",
  "audience",
  "scope",
  "response_type",
  "token_format",
  "requested_token_type",
  "subject_token_type",
  "actor_token_type",
  "client_assertion_type",
  "app_tid",
  "refresh_expiry",
]);

/** The highest number of parameters that are kept of a form. */
const MAX_NAMES = 64;
/** The highest number of values that are kept of a parameter. */
const MAX_VALUES = 32;
/** The highest number of characters that are kept of a name or a value. */
const MAX_CHARACTERS = 1_000;

/**
 * Copies a form for the record, within limits, and with fingerprints in place of values that may be
 * secret.
 */
export function recordedForm(form: Form): NonNullable<RecordedRequest["form"]> {
  return Object.fromEntries(
    form
      .entries()
      .slice(0, MAX_NAMES)
      .map(([name, values]) => {
        const kept = values.slice(0, MAX_VALUES);
        const shown = HARMLESS_PARAMETERS.has(name)
          ? kept.map((value) => value.slice(0, MAX_CHARACTERS))
          : kept.map((value) => `sha256:${fingerprint(value)}`);
        return [name.slice(0, MAX_CHARACTERS), shown.length === 1 ? (shown[0] ?? "") : shown];
      }),
  );
}

/** Request headers that are recorded. */
const HARMLESS_HEADERS = [
  "accept",
  "content-type",
  "user-agent",
  "x-correlation-id",
  "traceparent",
  "mcp-protocol-version",
  "mcp-method",
  "mcp-name",
  "x-zid",
  "x-tenant",
  "x-fragment-name",
  "x-fragment-optional",
];

/** Copies the harmless headers for the record. */
export function recordedHeaders(headers: Headers): Record<string, string> {
  const shown = HARMLESS_HEADERS.map((name) => [name, headers.get(name)] as const);
  return Object.fromEntries(shown.filter((pair): pair is [string, string] => pair[1] !== null));
}
