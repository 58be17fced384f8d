import { posix } from "node:path";
import { type Node, parseSync } from "oxc-parser";
import { childNodes, walkTree } from "../syntax-tree.ts";

/** How types of arguments are called. */
const argumentName = /(?:Arguments|Context|Init|Input|Options|Parameters|Params|Parts|Settings)$/;

/**
 * Says what is wrong with the sentence that a file begins with; `undefined` if nothing is.
 *
 * Whoever opens a file reads its first doc comment to learn what the file is about. So there is one, it does not begin
 * with a tag, and it does not describe a type of arguments (`…Options`, `…Context`, …) that a function of the same file
 * takes: such a type stands below what takes it, unless the name of the file ends in the same word. A file that only passes
 * on what others declare needs no sentence; a program, which exports nothing, may begin with any comment before
 * or after its imports.
 */
export function firstSentenceViolation(file: string, source: string): string | undefined {
  const { program, comments } = parseSync(file, source);
  if (program.body.every(passesOn)) return undefined;
  const isProgram = program.body.every(({ type }) => !type.startsWith("Export"));
  const begin = program.body.find(({ type }) => type !== "ImportDeclaration")?.start ?? 0;
  const comment = comments.find(({ type, value, end }) =>
    isProgram ? end <= begin : type === "Block" && value.startsWith("*"),
  );
  if (comment === undefined) return `${file} has no doc comment that says what it is about`;
  const text = comment.value.replaceAll(/^[\s*]+/g, "");
  if (text.startsWith("@")) return `${file} begins with the tag ${text.split(/\s/)[0]}`;
  const next = program.body.find(({ start }) => start >= comment.end);
  const name = next === undefined ? undefined : typeName(next);
  if (name === undefined || !argumentName.test(name) || isNamedAfter(file, name)) return undefined;
  return takenTypes(program).has(name) ? `${file} begins with its arguments, ${name}` : undefined;
}

/** Whether a statement declares nothing: imports, re-exports, directives. */
function passesOn(statement: Node): boolean {
  return (
    statement.type === "ImportDeclaration" ||
    (statement.type === "ExportNamedDeclaration" && statement.declaration === null)
  );
}

/** The name of the interface or type that a statement declares. */
function typeName(statement: Node): string | undefined {
  const declaration =
    statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  const isType =
    declaration?.type === "TSInterfaceDeclaration" ||
    declaration?.type === "TSTypeAliasDeclaration";
  return isType ? declaration.id.name : undefined;
}

/** Whether a file is about such types: `sts-options.ts` is about `StsTokenSourceOptions`. */
function isNamedAfter(file: string, name: string): boolean {
  const kind = argumentName.exec(name)?.[0].toLowerCase();
  return posix.basename(file, ".ts").split("-").at(-1) === kind;
}

/** The names of the types that parameters of functions have, wherever in the types they stand. */
function takenTypes(root: Node): ReadonlySet<string> {
  const names = new Set<string>();
  walkTree(root, (node) => {
    if (!("params" in node && Array.isArray(node.params) && "body" in node)) return;
    for (const parameter of node.params.flatMap(childNodes)) {
      walkTree(parameter, (inner) => {
        if (inner.type === "TSTypeReference" && inner.typeName.type === "Identifier") {
          names.add(inner.typeName.name);
        }
      });
    }
  });
  return names;
}
