import { posix } from "node:path";
import { isTest, type WorkspacePackage } from "../workspace-packages.ts";
import { type DeclaredName, declaredNames } from "./declared-names.ts";
import { type HouseWord, houseWords, keptNames } from "./house-words.ts";

/** A source file and what it contains. */
interface NamedFile {
  readonly file: string;
  readonly source: string;
}

/**
 * Lists the words of `house-words.ts` that the name of a file contains, or the names that it declares: one sentence for
 * each word. The names of tests count too, but not what they declare.
 */
export function nameViolations(
  { shortName }: Pick<WorkspacePackage, "shortName">,
  { file, source }: NamedFile,
): readonly string[] {
  const concept = posix.basename(file).replace(/\..*/, "");
  const kept = keptNames.flatMap(({ files, names }) => (files.test(file) ? names : []));
  const declared = isTest(file) ? [] : declaredNames(source);
  const names = declared.filter(({ name }) => !kept.includes(name));
  const found: string[] = [];
  for (const word of houseWords) {
    if (word.except?.includes(shortName)) continue;
    if (word.pattern.test(wordsOf(concept))) found.push(`${file} is named so: say ${word.instead}`);
    const refused = new Set(names.filter((name) => contains(word, name)).map(({ name }) => name));
    if (refused.size === 0) continue;
    found.push(`${file} declares ${[...refused].sort().join(", ")}: say ${word.instead}`);
  }
  return found;
}

function contains(
  { pattern, verbIsMeant }: HouseWord,
  { name, isFunction }: DeclaredName,
): boolean {
  const position = wordsOf(name).search(pattern);
  if (position === -1) return false;
  // A verb stands first in the name of a function.
  return !(verbIsMeant === true && isFunction && position === 0);
}

/** The words of a name in camel case, in upper case or in kebab case: in lower case, with spaces between. */
function wordsOf(name: string): string {
  return name
    .replaceAll(/([a-z\d])([A-Z])|([A-Z])([A-Z][a-z])/g, "$1$3 $2$4")
    .replaceAll(/[-_]/g, " ")
    .toLowerCase();
}
