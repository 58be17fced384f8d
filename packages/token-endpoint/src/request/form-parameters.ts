import { isPlainObject, kindOf, shownName } from "@agent-oauth/core/internal";
import type { FormParameters } from "./token-grant.ts";

/** Set by the endpoint itself: a parameter of the same name would be lost or would contradict it. */
const RESERVED = [
  "grant_type",
  "client_id",
  "client_secret",
  "client_assertion",
  "client_assertion_type",
];
/** The only parameters that may have several values (RFC 8693 §2.1, RFC 8707 §2). */
const MULTI_VALUED = ["resource", "audience"];

/**
 * Lists parameters as the form has them: absent ones and empty lists left out.
 *
 * @param doing completes "Cannot …".
 * @throws TypeError if they are not a plain object, or naming the parameter that is blank, reserved, given more often than allowed, or a
 * `resource` that is not an absolute URI.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 §2}
 */
export function formParameters(parameters: FormParameters, doing: string): [string, string][] {
  // Of anything else nothing, or something else than meant, would be sent.
  if (!isPlainObject(parameters)) {
    throw new TypeError(
      `Cannot ${doing}: "parameters" must be a plain object, not ${kindOf(parameters)}`,
    );
  }
  return Object.entries(parameters).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
    const reason = violation(name, values);
    if (reason === undefined) return values.map((item): [string, string] => [name, item]);
    throw new TypeError(`Cannot ${doing}: the parameter ${shownName(name)} ${reason}`);
  });
}

function violation(name: string, values: readonly unknown[]): string | undefined {
  if (values.length > 0 && RESERVED.includes(name)) return "is set by the endpoint itself";
  if (values.length > 1 && !MULTI_VALUED.includes(name)) return "can have one value only";
  for (const item of values) {
    if (typeof item !== "string" || item.trim() === "") {
      return "must be a string that is not blank";
    }
    if (name === "resource" && (!URL.canParse(item) || item.includes("#"))) {
      return "must be an absolute URI without a fragment";
    }
  }
  return undefined;
}
