/**
 * Credentials that stand inside one JSON document, and not as members of the binding. SAP's operator writes them so with a
 * `secretKey`, with a `secretRootKey`, or with both; a service key has them as its member `credentials`.
 */
import { isPlainObject, jsonValue } from "@agent-oauth/core/internal";

/**
 * Finds the credentials in the values of a binding: those values, or the only document among them that has a client, or where
 * none has one that has other members of a binding, so that only what is missing is called so.
 */
export function spreadCredentials(value: unknown): unknown {
  for (const members of [["clientid"], ["clientsecret", "certificate", "uri"]]) {
    const found = documentsWith(members, value, MAX_DEPTH);
    if (found.length > 0) return found.length === 1 ? found[0] : value;
  }
  return value;
}

/** A root key holds a key that holds the credentials. */
const MAX_DEPTH = 2;

function documentsWith(
  members: readonly string[],
  value: unknown,
  depth: number,
): readonly object[] {
  if (!isPlainObject(value)) return [];
  if (members.some((member) => member in value)) return [value];
  if (depth === 0) return [];
  return Object.values(value).flatMap((part) => documentsWith(members, parsed(part), depth - 1));
}

function parsed(value: unknown): unknown {
  const isDocument = typeof value === "string" && value.trimStart().startsWith("{");
  return isDocument ? jsonValue(value) : value;
}
