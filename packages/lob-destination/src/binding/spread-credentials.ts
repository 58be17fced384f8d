/**
 * Credentials that stand inside one JSON document, and not as members of the binding. SAP's operator writes them so with a
 * `secretKey`, with a `secretRootKey`, or with both; a service key has them as its member `credentials`.
 */
import { isPlainObject, jsonValue } from "@agent-oauth/core/internal";

/** Finds the credentials in the values of a binding: those values, or the only document among them that has a client. */
export function spreadCredentials(value: unknown): unknown {
  const found = documentsWithClient(value, MAX_DEPTH);
  return found.length === 1 ? found[0] : value;
}

/** A root key holds a key that holds the credentials. */
const MAX_DEPTH = 2;

function documentsWithClient(value: unknown, depth: number): readonly object[] {
  if (!isPlainObject(value)) return [];
  if ("clientid" in value) return [value];
  if (depth === 0) return [];
  return Object.values(value).flatMap((part) => documentsWithClient(parsed(part), depth - 1));
}

function parsed(value: unknown): unknown {
  const isDocument = typeof value === "string" && value.trimStart().startsWith("{");
  return isDocument ? jsonValue(value) : value;
}
