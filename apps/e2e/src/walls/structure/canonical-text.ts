import type { Node } from "oxc-parser";
import { boundNames, walkTree } from "../syntax-tree.ts";

/** What does not change what code does: where it stands, how it is typed, how a text is quoted. */
const ignored = new Set([
  "accessibility",
  "declare",
  "end",
  "optional",
  "override",
  "range",
  "raw",
  "returnType",
  "shorthand",
  "start",
  "typeAnnotation",
  "typeArguments",
  "typeParameters",
]);

/** A function with a body, in any of its forms. */
export interface FunctionParts {
  readonly params: readonly Node[];
  readonly body: Node;
  readonly async: boolean;
  readonly generator: boolean;
}

/**
 * Writes a function so that two that do the same by the same steps read alike: without its own name, comments, white
 * space and types, and with numbers for the names of its parameters and variables. Whether it is an arrow, a method or a
 * declaration does not count.
 */
export function canonicalText({ params, body, async, generator }: FunctionParts): string {
  const locals = localNames([...params, body], params);
  const write = (value: unknown, isName = true): unknown => {
    if (Array.isArray(value)) return value.map((item) => write(item));
    if (typeof value === "bigint" || value instanceof RegExp) return String(value);
    if (typeof value !== "object" || value === null) return value;
    const fields: Record<string, unknown> = { ...value };
    if (fields.type === "Identifier" && isName) {
      return locals.get(String(fields.name)) ?? fields.name;
    }
    const member = fields.type === "MemberExpression" ? "property" : "key";
    return (
      Object.keys(fields)
        .filter((key) => !ignored.has(key))
        // The name of a member is no variable, whatever it is called.
        .map((key) => [key, write(fields[key], key !== member || fields.computed === true)])
    );
  };
  return JSON.stringify(write([params, body, async, generator]));
}

/** The names that a function and those within it bind, each with its number. */
function localNames(parts: readonly Node[], params: readonly Node[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const bind = (pattern: Node | null): void => {
    for (const name of boundNames(pattern)) {
      if (!names.has(name)) names.set(name, `local ${names.size}`);
    }
  };
  for (const parameter of params) bind(parameter);
  for (const part of parts) {
    walkTree(part, (node) => {
      if (node.type === "VariableDeclarator" || node.type === "FunctionDeclaration") bind(node.id);
      if (node.type === "CatchClause") bind(node.param);
      if ("params" in node && Array.isArray(node.params)) node.params.forEach(bind);
    });
  }
  return names;
}
