import { type Node, parseSync } from "oxc-parser";
import { boundNames, walkTree } from "../syntax-tree.ts";

/** A name that a source file gives to something. */
export interface DeclaredName {
  readonly name: string;
  /** Functions and methods say what is done, all other names what is there. */
  readonly isFunction: boolean;
}

/**
 * Lists the names that a file declares: variables, parameters, functions, classes, types and their members. What it only
 * uses is declared elsewhere, perhaps by others; members of object literals belong to a type.
 */
export function declaredNames(source: string): readonly DeclaredName[] {
  const found: DeclaredName[] = [];
  const add = (node: Node | null, isFunction = false): void => {
    for (const name of boundNames(node)) found.push({ name, isFunction });
  };
  walkTree(parseSync("source.ts", source).program, (node) => {
    switch (node.type) {
      case "VariableDeclarator":
        add(node.id, isFunctionNode(node.init));
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "TSDeclareFunction":
      case "ArrowFunctionExpression":
        add(node.id, true);
        for (const parameter of node.params) add(parameter);
        break;
      case "CatchClause":
        add(node.param);
        break;
      case "ClassDeclaration":
      case "TSInterfaceDeclaration":
      case "TSTypeAliasDeclaration":
        add(node.id);
        break;
      case "TSPropertySignature":
        add(node.key, node.typeAnnotation?.typeAnnotation.type === "TSFunctionType");
        break;
      case "PropertyDefinition":
        add(node.key, isFunctionNode(node.value));
        break;
      case "TSMethodSignature":
      case "MethodDefinition":
        add(node.key, node.kind === "method");
        break;
    }
  });
  return found;
}

function isFunctionNode(node: Node | null): boolean {
  return node?.type === "FunctionExpression" || node?.type === "ArrowFunctionExpression";
}
