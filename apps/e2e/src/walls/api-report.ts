import { DeclarationFiles, type Declared, type Foreign } from "./declaration-files.ts";
import type { ReadSource } from "./doc-comments.ts";

/** An entry point of a package. */
export interface EntryPoint {
  /** What users import it by. */
  readonly name: string;
  /** Its emitted declarations. */
  readonly file: string;
}

/**
 * Writes the public interface of a package as one text: what each entry point exports, by name, then what these
 * declarations need and no entry point exports, and what they take from other packages. Which files declare it all is
 * not part of the interface.
 */
export function apiReport(entries: readonly EntryPoint[], read: ReadSource): string {
  const files = new DeclarationFiles(read);
  const exported = new Map<string, string>();
  const needs: (Declared | Foreign)[] = [];
  const sections: string[] = [];
  for (const { name: entry, file } of entries) {
    const parts: string[] = [];
    for (const [name, origin] of byName(files.exportsOf(file))) {
      const known = exported.get(keyOf(origin));
      if ("module" in origin) {
        parts.push(`// ${name} is ${origin.name} of ${origin.module}`);
      } else if (known !== undefined) {
        parts.push(`// ${name} is ${known}`);
      } else {
        if (origin.name !== name) parts.push(`// ${name}:`);
        parts.push(files.textOf(origin));
        exported.set(keyOf(origin), `${name} of ${entry}`);
        needs.push(...files.needsOf(origin));
      }
    }
    sections.push(section(`${entry} exports`, parts));
  }
  const inner = new Map<string, string>();
  const foreign = new Set<string>();
  // A list hands out what is added to it while it is walked.
  for (const need of needs) {
    if ("module" in need) {
      foreign.add(`// ${need.name} of ${need.module}`);
    } else if (!exported.has(keyOf(need)) && !inner.has(keyOf(need))) {
      inner.set(keyOf(need), files.textOf(need));
      needs.push(...files.needsOf(need));
    }
  }
  // Two files may declare the same short type.
  const declarations = [...new Map([...inner].map(([key, text]) => [text, key]))]
    .sort(([, a], [, b]) => compare(a, b))
    .map(([text]) => text);
  sections.push(section("what these need, and nothing exports", declarations));
  sections.push(section("what these take from other packages", [...foreign].sort(compare)));
  return sections.filter((text) => text !== "").join("\n");
}

function section(title: string, parts: readonly string[]): string {
  return parts.length === 0 ? "" : `// ---- ${title}\n\n${parts.join("\n")}\n`;
}

function byName<T>(names: ReadonlyMap<string, T>): readonly [string, T][] {
  return [...names].sort(([a], [b]) => compare(a, b));
}

/** What tells declarations apart; by its beginning they are sorted. */
function keyOf(origin: Declared | Foreign): string {
  return `${origin.name} ${"file" in origin ? origin.file : origin.module}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}
