import { type Node, parseSync } from "oxc-parser";
import { lineAt, walkTree } from "./syntax-tree.ts";

/**
 * Lists the literals that are spread into another, as in `{ a, ...{ b, c } }`: their members can stand there by
 * themselves. A choice between literals, `...(on ? { a } : {})`, is none.
 */
export function spreadLiterals(file: string, source: string): readonly string[] {
  const found: string[] = [];
  walkTree(parseSync(file, source).program, (node) => {
    if (node.type === "SpreadElement" && isLiteral(node.argument)) {
      found.push(`${file}:${lineAt(source, node.start)} spreads a literal`);
    }
  });
  return found;
}

function isLiteral(node: Node): boolean {
  switch (node.type) {
    case "ObjectExpression":
    case "ArrayExpression":
      return true;
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
      return isLiteral(node.expression);
    default:
      return false;
  }
}
