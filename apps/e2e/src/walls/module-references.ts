import { isBuiltin } from "node:module";
import { type Expression, parseSync, Visitor } from "oxc-parser";

/** Stands for a module name that is put together at run time and could be any. */
export const computed = "(computed)";

/**
 * Lists every module that a TypeScript text names, sorted: imports and re-exports (of types too),
 * `import()` as expression and as type, `require`, module augmentations.
 */
export function moduleReferences(source: string): readonly string[] {
  const found = new Set<string>();
  const add = (name: Expression): void => {
    const literal = name.type === "Literal" && typeof name.value === "string";
    found.add(literal ? String(name.value) : computed);
  };
  const addIfPresent = (node: { source: Expression | null }): void => {
    if (node.source !== null) add(node.source);
  };
  new Visitor({
    ImportDeclaration: addIfPresent,
    ExportNamedDeclaration: addIfPresent,
    ExportAllDeclaration: addIfPresent,
    ImportExpression: addIfPresent,
    TSImportType: addIfPresent,
    TSExternalModuleReference: (node) => add(node.expression),
    TSModuleDeclaration: (node) => {
      if (node.id.type === "Literal") add(node.id);
    },
    CallExpression: (node) => {
      const name = node.callee.type === "Identifier" ? node.callee.name : "";
      if (name === "require" && node.arguments[0]?.type !== "SpreadElement") {
        const [argument] = node.arguments;
        if (argument !== undefined) add(argument as Expression);
      }
    },
  }).visit(parseSync("source.ts", source).program);
  return [...found].sort();
}

/** Lists the packages of others that a text names, sorted: neither files beside it nor modules of Node. */
export function packageReferences(source: string): readonly string[] {
  const modules = moduleReferences(source).filter((name) => !name.startsWith("."));
  const names = modules
    .filter((name) => !isBuiltin(name))
    .map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  return [...new Set(names)].sort();
}
