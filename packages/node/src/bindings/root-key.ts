/**
 * Bindings whose directory has one file with everything in it, the type too: SAP's operator writes them with a
 * `secretRootKey`.
 */
import { join } from "node:path";
import { TokenError } from "@agent-oauth/core";
import { isPlainObject, jsonValue } from "@agent-oauth/core/internal";
import { readTextFile } from "../watched-file/text-file.ts";

/**
 * Reads the type of such a binding.
 *
 * @returns `undefined` if the directory is not one: another directory with one file is none of our business, so nothing about
 * it is an error.
 */
export async function rootKeyType(
  directory: string,
  entries: readonly string[],
): Promise<string | undefined> {
  const [only, ...others] = entries;
  if (only === undefined || others.length > 0) return undefined;
  const { type, label } = (await jsonObjectOf(join(directory, only))) ?? {};
  return nonBlank(type) ?? nonBlank(label);
}

async function jsonObjectOf(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const value = jsonValue((await readTextFile(path)).text);
    return isPlainObject(value) ? value : undefined;
  } catch (error) {
    if (TokenError.isInstance(error)) return undefined;
    throw error;
  }
}

function nonBlank(value: unknown): string | undefined {
  return typeof value === "string" ? value.trim() || undefined : undefined;
}
