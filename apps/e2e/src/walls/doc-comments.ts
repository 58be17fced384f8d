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
export function exportViolations(entry: string, read: ReadSource): readonly string[] {
  const sources = new Sources(read);
  const exports = sources.exportsOf(entry);
  if (exports.length === 0) return [`${entry} exports nothing`];
  return exports
    .map((exported) => sources.violation(entry, exported))
    .filter((violation) => violation !== undefined);
}

class Sources {
  readonly #read: ReadSource;

  constructor(read: ReadSource) {
    this.#read = read;
  }

  exportsOf(file: string): readonly StaticExportEntry[] {
    return this.#parse(file).module.staticExports.flatMap(({ entries }) => entries);
  }

  violation(file: string, exported: StaticExportEntry): string | undefined {
    const { exportName, importName, localName, moduleRequest } = exported;
    if (importName.kind === "All" || importName.kind === "AllButDefault") {
      return `${file} exports * from ${moduleRequest?.value}`;
    }
    if (exportName.kind === "Default") return `${file} has a default export`;
    const documented = moduleRequest
      ? this.#isDocumentedAt(moduleRequest.value, { file, name: String(importName.name) })
      : this.#isDocumented({ file, name: String(localName.name) });
    return documented ? undefined : `${file} exports ${exportName.name} without a doc comment`;
  }

  /** Whether a name that `file` takes from another module is documented there. */
  #isDocumentedAt(module: string, { file, name }: Named): boolean {
    if (!module.startsWith(".")) return module.startsWith(scope);
    return this.#isDocumented({ file: posix.join(posix.dirname(file), module), name });
  }

  /** Whether a name is documented in its file, or where the file takes it from. */
  #isDocumented({ file, name }: Named): boolean {
    const { program, module } = this.#parse(file);
    const declarations = program.body.filter((node) => declaredNames(node).includes(name));
    if (declarations.length > 0) return declarations.some((node) => this.#hasComment(file, node));
    for (const { entries, moduleRequest } of module.staticImports) {
      const imported = entries.find(({ localName }) => localName.value === name)?.importName.name;
      if (imported) return this.#isDocumentedAt(moduleRequest.value, { file, name: imported });
    }
    const exported = this.exportsOf(file).find(({ exportName }) => exportName.name === name);
    return exported?.moduleRequest != null && this.violation(file, exported) === undefined;
  }

  /** Whether a doc comment that says something ends right before a statement. */
  #hasComment(file: string, { start }: Statement): boolean {
    return this.#parse(file).comments.some(
      ({ type, value, end }) =>
        type === "Block" &&
        value.startsWith("*") &&
        /\w/.test(value) &&
        end <= start &&
        this.#read(file).slice(end, start).trim() === "",
    );
  }

  #parse(file: string): ParseResult {
    return parseSync(file, this.#read(file));
  }
}

/** What a file calls by a name. */
interface Named {
  readonly file: string;
  readonly name: string;
}

function declaredNames(statement: Statement): readonly string[] {
  const exported = statement.type === "ExportNamedDeclaration" ? statement.declaration : null;
  const node = exported ?? statement;
  if (node.type === "VariableDeclaration") {
    return node.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []));
  }
  return "id" in node && node.id?.type === "Identifier" ? [node.id.name] : [];
}
