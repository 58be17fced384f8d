import { type Node, parseSync } from "oxc-parser";
import { childNodes, isNode } from "../syntax-tree.ts";
import { canonicalText, type FunctionParts } from "./canonical-text.ts";

/** A source file of a package. */
export interface PackageFile {
  readonly packageName: string;
  readonly file: string;
  readonly source: string;
}

/** A function that does less is too small to be a copy: it has fewer statements, nested ones included, and fewer lines. */
const MIN_STATEMENTS = 2;
const MIN_LINES = 3;

/**
 * Lists the functions that stand in two packages or more, one sentence each, with every place. What is within such a
 * function is not listed again. When two functions are the same is said by {@link canonicalText}.
 */
export function twinFunctions(files: readonly PackageFile[]): readonly string[] {
  const copies = new Map<string, FoundFunction[]>();
  for (const { packageName, file, source } of files) {
    for (const found of functionsOf({ packageName, file, source })) {
      const others = copies.get(found.text);
      if (others === undefined) copies.set(found.text, [found]);
      else others.push(found);
    }
  }
  const groups = [...copies.values()].filter(
    (group) => new Set(group.map(({ packageName }) => packageName)).size > 1,
  );
  const twins = new Set(groups.flat());
  return groups
    .filter((group) => !group.every(({ within }) => within.some((outer) => twins.has(outer))))
    .map((group) => group.map(({ file, name }) => `${name} of ${file}`).sort())
    .map((places) => places.join(" is "))
    .sort();
}

interface FoundFunction {
  readonly packageName: string;
  readonly file: string;
  readonly name: string;
  readonly text: string;
  /** The functions that this one stands in. */
  readonly within: readonly FoundFunction[];
}

function functionsOf({ packageName, file, source }: PackageFile): readonly FoundFunction[] {
  const found: FoundFunction[] = [];
  const visit = (node: Node, parent: Node, within: readonly FoundFunction[]): void => {
    let around = within;
    if (isFunction(node) && isWorthSharing(node.body, source)) {
      const entry: FoundFunction = {
        packageName,
        file,
        name: nameOf(node, parent),
        text: canonicalText(node),
        within,
      };
      found.push(entry);
      around = [...within, entry];
    }
    for (const child of childNodes(node)) visit(child, node, around);
  };
  const { program } = parseSync(file, source);
  visit(program, program, []);
  return found;
}

function isFunction(node: Node): node is Node & FunctionParts {
  return (
    node.type === "ArrowFunctionExpression" ||
    ((node.type === "FunctionDeclaration" || node.type === "FunctionExpression") &&
      node.body !== null)
  );
}

function isWorthSharing(body: Node, source: string): boolean {
  const lines = source.slice(body.start, body.end).split("\n").length;
  // The lines of the braces are not counted.
  const ownLines = body.type === "BlockStatement" ? lines - 2 : lines;
  return ownLines >= MIN_LINES || countStatements(body) >= MIN_STATEMENTS;
}

function countStatements(node: Node): number {
  const isStatement =
    /(?:Statement|Declaration)$/.test(node.type) && node.type !== "BlockStatement";
  return childNodes(node).reduce((sum, child) => sum + countStatements(child), isStatement ? 1 : 0);
}

/** What a function is called by itself, or by the variable, property or method that holds it. */
function nameOf(node: Node, parent: Node): string {
  for (const holder of [node, parent]) {
    const name = "id" in holder ? holder.id : "key" in holder ? holder.key : undefined;
    if (isNode(name) && "name" in name) return String(name.name);
  }
  return "a function";
}
