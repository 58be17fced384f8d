import { posix } from "node:path";
import { type ParseResult, parseSync, type Statement, type StaticExportEntry } from "oxc-parser";
import { scope } from "./allow-list.ts";

/** Reads a source file by its path, which uses slashes. */
export type ReadSource = (file: string) => string;

/**
 * Lists what is wrong with the names that an entry point exports, one sentence each.
 *
 * Every name must be listed by itself and stand under a doc comment where it is declared. Names of
 * sibling packages are documented at home.
 */
export function exportFaults(entry: string, read: ReadSource): readonly string[] {
  const { module } = parseSync(entry, read(entry));
  const exports = module.staticExports.flatMap(({ entries }) => entries);
  if (exports.length === 0) return [`${entry} exports nothing`];
  return exports
    .map((exported) => exportFault(entry, exported, read))
    .filter((fault) => fault !== undefined);
}

function exportFault(
  file: string,
  { exportName, importName, localName, moduleRequest }: StaticExportEntry,
  read: ReadSource,
): string | undefined {
  if (importName.kind === "All" || importName.kind === "AllButDefault") {
    return `${file} exports * from ${moduleRequest?.value}`;
  }
  if (exportName.kind === "Default") return `${file} has a default export`;
  const name = String(exportName.name);
  const from = moduleRequest?.value;
  const inner = (from === undefined ? localName.name : importName.name) ?? name;
  const documented =
    from === undefined ? isDocumented(file, inner, read) : isDocumentedIn(file, from, inner, read);
  return documented ? undefined : `${file} exports ${name} without a doc comment`;
}

/** Whether `name` of the module that `file` calls `from` has a doc comment. */
function isDocumentedIn(file: string, from: string, name: string, read: ReadSource): boolean {
  if (!from.startsWith(".")) return from.startsWith(scope);
  return isDocumented(posix.join(posix.dirname(file), from), name, read);
}

/** Whether the thing called `name` inside `file` has a doc comment, here or where it comes from. */
function isDocumented(file: string, name: string, read: ReadSource): boolean {
  const source = read(file);
  const parsed = parseSync(file, source);
  const declarations = parsed.program.body.filter((node) => declaredNames(node).includes(name));
  if (declarations.length > 0) {
    return declarations.some(({ start }) => hasDocComment(parsed, source, start));
  }
  for (const { entries, moduleRequest } of parsed.module.staticImports) {
    const entry = entries.find(({ localName }) => localName.value === name);
    const imported = entry?.importName.name;
    if (imported) return isDocumentedIn(file, moduleRequest.value, imported, read);
  }
  const exported = parsed.module.staticExports
    .flatMap(({ entries }) => entries)
    .find(({ exportName, moduleRequest }) => moduleRequest !== null && exportName.name === name);
  return exported !== undefined && exportFault(file, exported, read) === undefined;
}

function declaredNames(statement: Statement): readonly string[] {
  const exported = statement.type === "ExportNamedDeclaration" ? statement.declaration : null;
  const node = exported ?? statement;
  if (node.type === "VariableDeclaration") {
    return node.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []));
  }
  return "id" in node && node.id?.type === "Identifier" ? [node.id.name] : [];
}

/** Whether a doc comment that says something ends right before `start`. */
function hasDocComment({ comments }: ParseResult, source: string, start: number): boolean {
  return comments.some(
    ({ type, value, end }) =>
      type === "Block" &&
      value.startsWith("*") &&
      /\w/.test(value) &&
      end <= start &&
      source.slice(end, start).trim() === "",
  );
}
