import { isPlainObject, kindOf, shownName } from "@agent-oauth/core/internal";
import type { TokenGrant } from "./token-endpoint.ts";

/** Set by the endpoint itself: a parameter of the same name would be lost or would contradict it. */
const RESERVED = [
  "grant_type",
  "client_id",
  "client_secret",
  "client_assertion",
  "client_assertion_type",
];
/** The only parameters a request may have more than once (RFC 8693 §2.1, RFC 8707 §2). */
const REPEATABLE = ["resource", "audience"];

/**
 * Lists a grant's parameters as the form has them: absent ones and empty lists left out.
 *
 * @throws TypeError if they are no plain object, or naming the parameter that is blank, reserved, given more often than allowed or, of `resource`, no absolute URI.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 §2}
 */
export function tokenForm(parameters: TokenGrant["parameters"]): [string, string][] {
  // Of anything else nothing, or something else than meant, would be sent.
  if (!isPlainObject(parameters)) {
    throw new TypeError(
      `Cannot request a token: "parameters" must be a plain object, not ${kindOf(parameters)}`,
    );
  }
  return Object.entries(parameters).flatMap(([name, value]) =>
    valuesOf(name, value).map((item): [string, string] => [name, item]),
  );
}

function valuesOf(name: string, value: unknown): readonly string[] {
  const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
  if (values.length > 0 && RESERVED.includes(name)) refuse(name, "is set by the endpoint itself");
  if (values.length > 1 && !REPEATABLE.includes(name)) refuse(name, "can have one value only");
  for (const item of values) {
    if (typeof item !== "string" || item.trim() === "") {
      refuse(name, "must be a string that is not blank");
    }
    if (name === "resource" && (!URL.canParse(item) || item.includes("#"))) {
      refuse(name, "must be an absolute URI without a fragment");
    }
  }
  return values;
}

function refuse(name: string, reason: string): never {
  throw new TypeError(`Cannot request a token: the parameter ${shownName(name)} ${reason}`);
}
