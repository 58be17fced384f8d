/** The environment of an agent as commands of a POSIX shell, written and read again. */

import { shellQuoted } from "./shell-text.ts";

/** Writes one `export` command per variable. */
export function shellExports(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}=${shellQuoted(value)}\n`)
    .join("");
}

/** Reads what {@link shellExports} wrote; other lines are ignored. */
export function readShellExports(text: string): Readonly<Record<string, string>> {
  const found = text.matchAll(/^export (\w+)=('(?:[^']|'\\'')*')$/gm);
  return Object.fromEntries(
    [...found].map(([, name = "", value = ""]) => [
      name,
      value.slice(1, -1).replaceAll(ESCAPED, "'"),
    ]),
  );
}

/** A quote within single quotes, as `shellQuoted` writes it. */
const ESCAPED = "'\\''";
