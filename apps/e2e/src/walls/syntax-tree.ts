import type { Node } from "oxc-parser";

/** Calls a function with a node and every node below it, parents first. */
export function walkTree(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const child of childNodes(node)) walkTree(child, visit);
}

/** The nodes directly below a node, in the order of the source. */
export function childNodes(node: Node): readonly Node[] {
  return Object.values(node).flat().filter(isNode);
}

/** Tells a node from what else the parser leaves in a tree: texts, numbers, holes of lists. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}

/** The number of the line, from 1, at which an offset of a text stands. */
export function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split("\n").length;
}

/** The names that a variable, a parameter or a pattern of them binds, or that the key of a member is. */
export function boundNames(node: Node | null): readonly string[] {
  switch (node?.type) {
    case "Identifier":
    case "PrivateIdentifier":
      return [node.name];
    case "ObjectPattern":
      return node.properties.flatMap((property) =>
        boundNames(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return node.elements.flatMap(boundNames);
    case "AssignmentPattern":
      return boundNames(node.left);
    case "RestElement":
      return boundNames(node.argument);
    default:
      return [];
  }
}
