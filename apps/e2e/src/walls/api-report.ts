import { posix } from "node:path";
import type { ReadSource } from "./doc-comments.ts";
import { moduleReferences } from "./module-references.ts";

/**
 * Writes the public interface of a package as one text: every emitted declaration file that its
 * entry points reach, in the order of their paths, without what is not interface.
 */
export function apiReport(entries: readonly string[], read: ReadSource): string {
  return reachable(entries, read)
    .map((file) => `// ${file}\n\n${interfaceOf(read(file))}`)
    .join("\n");
}

function reachable(entries: readonly string[], read: ReadSource): readonly string[] {
  const files = new Set(entries);
  // A set hands out what is added to it while it is walked.
  for (const file of files) {
    for (const name of moduleReferences(read(file))) {
      if (name.startsWith(".")) files.add(declarationFile(posix.dirname(file), name));
    }
  }
  return [...files].sort();
}

function declarationFile(folder: string, name: string): string {
  return posix.join(folder, name.replace(/\.[jt]s$/, ".d.ts"));
}

function interfaceOf(declarations: string): string {
  return declarations
    .replaceAll(/^\/\/# sourceMappingURL=.*\n?/gm, "")
    .replaceAll(/^\s*#private;\n/gm, "");
}
