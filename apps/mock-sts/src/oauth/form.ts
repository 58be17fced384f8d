import { invalidRequest } from "./oauth-error.ts";
import { formDecode } from "./percent-decoding.ts";

/** Parameters that a request may carry more than once (RFC 8693 §2.1; RFC 8707 §2). */
const REPEATABLE = new Set(["resource", "audience"]);

/** The highest number of parameters of a request. */
const MAX_PARAMETERS = 1_000;

/** A decoded token request: every parameter with its values, none of them empty. */
export interface Form {
  /** Returns the only value of a parameter, `undefined` if it is absent or empty. */
  get(name: string): string | undefined;
  /** Returns all values of a repeatable parameter. */
  getAll(name: string): readonly string[];
  /** Returns all parameters in the order of their first value. */
  entries(): readonly (readonly [name: string, values: readonly string[]])[];
}

/**
 * Returns the value of a parameter that a request must have.
 *
 * @param label how the error names the parameter; default: `the parameter` and its name
 * @throws OAuthError `invalid_request` if the parameter is missing.
 */
export function requiredParameter(
  form: Form,
  name: string,
  label = `the parameter ${name}`,
): string {
  const value = form.get(name);
  if (value === undefined) throw invalidRequest(`${label} is missing`);
  return value;
}

/**
 * Decodes a form body without checking it: text that cannot be decoded stays unchanged, and
 * parameters beyond the limit are left out.
 */
export function parseForm(body: string): Form {
  const values = new Map<string, string[]>();
  let left = MAX_PARAMETERS;
  for (const [name, value] of new URLSearchParams(body)) {
    if (left-- === 0) break;
    // An empty value counts as absent: RFC 6749 §3.2.
    if (value === "") continue;
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return {
    get: (name) => values.get(name)?.[0],
    getAll: (name) => values.get(name) ?? [],
    entries: () => [...values],
  };
}

/**
 * Checks that a token request is a well-formed form with no parameter twice.
 *
 * @throws OAuthError `invalid_request`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749 §3.2}
 */
export function assertTokenForm(body: string, contentType: string | undefined): void {
  const [mediaType, ...parameters] = (contentType ?? "").toLowerCase().split(";");
  if (mediaType?.trim() !== "application/x-www-form-urlencoded") {
    throw invalidRequest("the body must be application/x-www-form-urlencoded");
  }
  const charset = parameters.map((p) => p.trim()).find((p) => p.startsWith("charset="));
  if (charset !== undefined && !/^charset="?utf-8"?$/.test(charset)) {
    throw invalidRequest("the body must be UTF-8");
  }
  // This character stands for bytes that are not UTF-8; a form percent-encodes all other characters
  // outside ASCII.
  if (body.includes("\ufffd")) throw invalidRequest("the body is not form-encoded UTF-8");
  const pairs = body.split("&").filter((part) => part !== "");
  if (pairs.length > MAX_PARAMETERS) {
    throw invalidRequest(`the body has more than ${MAX_PARAMETERS} parameters`);
  }
  const names = new Set<string>();
  for (const pair of pairs) {
    const name = decode(pair.split("=", 1)[0] ?? "");
    decode(pair);
    if (names.has(name) && !REPEATABLE.has(name))
      throw invalidRequest(`parameter ${name} occurs twice`);
    names.add(name);
  }
}

function decode(text: string): string {
  const decoded = formDecode(text);
  if (decoded === undefined) throw invalidRequest("the body is not form-encoded UTF-8");
  return decoded;
}
