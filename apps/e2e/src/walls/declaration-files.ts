import { posix } from "node:path";
import { type Node, type ParseResult, parseSync, type Statement } from "oxc-parser";
import type { ReadSource } from "./doc-comments.ts";
import { walkTree } from "./syntax-tree.ts";

/** A name as a declaration file of this package declares it. */
export interface Declared {
  readonly file: string;
  readonly name: string;
}

/** A name of another package; `*` and `default` stand for themselves. */
export interface Foreign {
  readonly module: string;
  readonly name: string;
}

/** The emitted declaration files of one package: what they export, where it is declared, and what that needs. */
export class DeclarationFiles {
  readonly #read: ReadSource;
  readonly #parsed = new Map<string, ParseResult>();

  constructor(read: ReadSource) {
    this.#read = read;
  }

  /** Lists what a file exports: each name with the place that declares it. */
  exportsOf(file: string): ReadonlyMap<string, Declared | Foreign> {
    const found = new Map<string, Declared | Foreign>();
    for (const { entries } of this.#parse(file).module.staticExports) {
      for (const { exportName, importName, localName, moduleRequest } of entries) {
        // `export {}` only says that a file is a module.
        if (exportName.name === null) continue;
        const origin =
          moduleRequest === null
            ? this.find(file, localName.name ?? exportName.name)
            : this.#findIn(file, { module: moduleRequest.value, name: importName.name ?? "*" });
        if (origin !== undefined) found.set(exportName.name, origin);
      }
    }
    return found;
  }

  /** Finds where a name that a file uses is declared; `undefined` if the language or the platform declares it. */
  find(file: string, name: string): Declared | Foreign | undefined {
    if (this.#statements({ file, name }).length > 0) return { file, name };
    for (const { entries, moduleRequest } of this.#parse(file).module.staticImports) {
      const entry = entries.find(({ localName }) => localName.value === name);
      if (entry === undefined) continue;
      const { kind, name: imported } = entry.importName;
      const original = imported ?? (kind === "Default" ? "default" : "*");
      return this.#findIn(file, { module: moduleRequest.value, name: original });
    }
    return undefined;
  }

  /** The text of a declaration with its doc comment, without what no caller can see. */
  textOf({ file, name }: Declared): string {
    const source = this.#read(file);
    const { comments } = this.#parse(file);
    return this.#statements({ file, name })
      .map(({ start, end }) => {
        const comment = comments.findLast((c) => c.type === "Block" && c.end <= start);
        const isItsOwn = comment !== undefined && source.slice(comment.end, start).trim() === "";
        return source.slice(isItsOwn ? comment.start : start, end);
      })
      .join("\n")
      .replaceAll(/^\s*#private;\n/gm, "");
  }

  /** Lists what a declaration names that is declared elsewhere. */
  needsOf({ file, name }: Declared): readonly (Declared | Foreign)[] {
    const found: (Declared | Foreign | undefined)[] = [];
    for (const statement of this.#statements({ file, name })) {
      walkTree(statement, (node) => {
        const used = usedName(node);
        if (used !== undefined && used !== name) found.push(this.find(file, used));
        if (node.type === "TSImportType") {
          const imported = node.qualifier === null ? "*" : leftmost(node.qualifier);
          found.push(this.#findIn(file, { module: node.source.value, name: imported ?? "*" }));
        }
      });
    }
    return found.filter((need) => need !== undefined);
  }

  #findIn(file: string, { module, name }: Foreign): Declared | Foreign {
    if (!module.startsWith(".")) return { module, name };
    const target = posix.join(posix.dirname(file), module.replace(/\.[jt]s$/, ".d.ts"));
    const origin = this.exportsOf(target).get(name);
    if (origin === undefined) throw new Error(`Cannot find ${name} in ${target}: not exported`);
    return origin;
  }

  #statements({ file, name }: Declared): readonly Statement[] {
    return this.#parse(file).program.body.filter((node) => declares(node, name));
  }

  #parse(file: string): ParseResult {
    const known = this.#parsed.get(file);
    if (known !== undefined) return known;
    const parsed = parseSync(file, this.#read(file));
    this.#parsed.set(file, parsed);
    return parsed;
  }
}

function declares(statement: Statement, name: string): boolean {
  const exported = statement.type === "ExportNamedDeclaration" ? statement.declaration : null;
  const node = exported ?? statement;
  if (node.type === "VariableDeclaration") {
    return node.declarations.some(({ id }) => id.type === "Identifier" && id.name === name);
  }
  return "id" in node && node.id?.type === "Identifier" && node.id.name === name;
}

/** The name that a node of a declaration takes from around it: of a type, a value's type, a base class. */
function usedName(node: Node): string | undefined {
  switch (node.type) {
    case "TSTypeReference":
      return leftmost(node.typeName);
    case "TSTypeQuery":
      return leftmost(node.exprName);
    case "TSInterfaceHeritage":
    case "TSClassImplements":
      return leftmost(node.expression);
    case "ClassDeclaration":
      return node.superClass === null ? undefined : leftmost(node.superClass);
    default:
      return undefined;
  }
}

/** The first of the names that dots join. */
function leftmost(node: Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type === "TSQualifiedName") return leftmost(node.left);
  return node.type === "MemberExpression" ? leftmost(node.object) : undefined;
}
