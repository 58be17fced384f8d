import { posix } from "node:path";
import {
  type Declaration,
  parseSync,
  type Statement,
  type TSSignature,
  type TSType,
  type TSTypeReference,
} from "oxc-parser";
import { scope } from "./allow-list.ts";
import type { ReadSource } from "./doc-comments.ts";
import type { WorkspacePackage } from "./workspace-packages.ts";

/**
 * Lists every callback that a package lets its users give or call by a name such as `onEvent`, sorted:
 * `core/CachingTokenSourceOptions.onEvent`. It looks into every type that an entry point exports, with what it inherits,
 * picks or omits, and into the parameters of every function. What is `"one" | "other"` is an option, but no callback.
 */
export function callbackOptions(
  packages: readonly WorkspacePackage[],
  read: ReadSource,
): readonly string[] {
  const finder = new CallbackFinder(packages, read);
  const found = packages
    .filter(({ folder }) => folder.startsWith("packages/"))
    .flatMap((pkg) => entriesOf(pkg).flatMap((entry) => finder.ofEntry(pkg.shortName, entry)));
  return [...new Set(found)].sort();
}

/** What the package's other entries export is for users; `./internal` is for our own packages. */
function entriesOf({ folder, manifest }: WorkspacePackage): readonly string[] {
  return Object.entries(manifest.exports ?? {})
    .filter(([name]) => name !== "./internal")
    .flatMap(([, conditions]) => conditions[`${scope}source`] ?? [])
    .map((path) => posix.join(folder, path));
}

/** A declaration and the file in which its names mean something. */
interface Declared {
  readonly file: string;
  readonly node: Declaration;
}

class CallbackFinder {
  readonly #packages: readonly WorkspacePackage[];
  readonly #read: ReadSource;
  readonly #programs = new Map<string, readonly Statement[]>();

  constructor(packages: readonly WorkspacePackage[], read: ReadSource) {
    this.#packages = packages;
    this.#read = read;
  }

  ofEntry(packageName: string, entry: string): readonly string[] {
    return this.#exportedNames(entry).flatMap((name) => {
      const declared = this.#resolve(entry, name);
      if (declared === undefined) return [];
      const members = [...new Set(this.#membersOf(declared))];
      return members.map((member) => `${packageName}/${name}.${member}`);
    });
  }

  #exportedNames(file: string): readonly string[] {
    return this.#program(file).flatMap((node) =>
      node.type === "ExportNamedDeclaration"
        ? node.specifiers.map(({ exported }) => nameOf(exported))
        : [],
    );
  }

  /** Finds what a file calls by a name, there or where it takes it from. */
  #resolve(file: string, name: string): Declared | undefined {
    for (const statement of this.#program(file)) {
      const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
      if (node !== null && "id" in node && node.id?.type === "Identifier") {
        if (node.id.name === name) return { file, node: node as Declaration };
      }
      if (statement.type === "ImportDeclaration" || statement.type === "ExportNamedDeclaration") {
        const from = statement.source && this.#fileOf(file, statement.source.value);
        if (from == null) continue;
        for (const specifier of statement.specifiers) {
          const [outside, inside] = namesOf(specifier);
          if (inside === name && outside !== undefined) return this.#resolve(from, outside);
        }
      }
    }
    return undefined;
  }

  #fileOf(file: string, module: string): string | undefined {
    if (module.startsWith(".")) return posix.join(posix.dirname(file), module);
    if (!module.startsWith(scope)) return undefined;
    const [name = "", ...rest] = module.slice(scope.length).split("/");
    const pkg = this.#packages.find(({ shortName }) => shortName === name);
    const path = pkg?.manifest.exports?.[[".", ...rest].join("/")]?.[`${scope}source`];
    return pkg && path && posix.join(pkg.folder, path);
  }

  #membersOf({ file, node }: Declared): readonly string[] {
    switch (node.type) {
      case "TSInterfaceDeclaration":
        return [
          ...node.body.body.flatMap(callbackName),
          ...node.extends.flatMap(({ expression, typeArguments }) =>
            expression.type === "Identifier"
              ? this.#ofReference(file, expression.name, typeArguments?.params ?? [])
              : [],
          ),
        ];
      case "TSTypeAliasDeclaration":
        return this.#ofType(file, node.typeAnnotation);
      case "FunctionDeclaration":
        return node.params.flatMap((param) => this.#ofParameter(file, param));
      default:
        return [];
    }
  }

  /** A parameter's type counts if it is written there; one with a name is looked into where it is exported. */
  #ofParameter(file: string, param: object): readonly string[] {
    const target = "left" in param ? (param.left as object) : param;
    const { typeAnnotation } = target as {
      readonly typeAnnotation?: { readonly typeAnnotation: TSType } | null;
    };
    const type = typeAnnotation?.typeAnnotation;
    return type === undefined || type.type === "TSTypeReference" ? [] : this.#ofType(file, type);
  }

  #ofType(file: string, type: TSType): readonly string[] {
    switch (type.type) {
      case "TSTypeLiteral":
        return type.members.flatMap(callbackName);
      case "TSIntersectionType":
      case "TSUnionType":
        return type.types.flatMap((part) => this.#ofType(file, part));
      case "TSParenthesizedType":
        return this.#ofType(file, type.typeAnnotation);
      case "TSTypeReference":
        return this.#ofNamed(file, type);
      default:
        return [];
    }
  }

  #ofNamed(file: string, { typeName, typeArguments }: TSTypeReference): readonly string[] {
    if (typeName.type !== "Identifier") return [];
    return this.#ofReference(file, typeName.name, typeArguments?.params ?? []);
  }

  #ofReference(file: string, name: string, params: readonly TSType[]): readonly string[] {
    const [of, names] = params;
    if (TRANSPARENT.has(name)) return of === undefined ? [] : this.#ofType(file, of);
    if ((name === "Pick" || name === "Omit") && of !== undefined && names !== undefined) {
      const listed = literalsOf(names);
      const isPick = name === "Pick";
      return this.#ofType(file, of).filter((member) => listed.includes(member) === isPick);
    }
    const declared = this.#resolve(file, name);
    return declared === undefined ? [] : this.#membersOf(declared);
  }

  #program(file: string): readonly Statement[] {
    const known =
      this.#programs.get(file) ?? (parseSync(file, this.#read(file)).program.body as Statement[]);
    this.#programs.set(file, known);
    return known;
  }
}

/** Types of the language that have the members of the one they are given. */
const TRANSPARENT: ReadonlySet<string> = new Set([
  "Partial",
  "Required",
  "Readonly",
  "NonNullable",
]);

const CALLBACK = /^on[A-Z]/;

function callbackName(member: TSSignature): readonly string[] {
  if (member.type !== "TSPropertySignature" && member.type !== "TSMethodSignature") return [];
  const { key } = member;
  if (key.type !== "Identifier" || !CALLBACK.test(key.name)) return [];
  if (member.type === "TSMethodSignature") return [key.name];
  const type = member.typeAnnotation?.typeAnnotation;
  return type !== undefined && isChoice(type) ? [] : [key.name];
}

/** Whether a type is made of texts, or of nothing. */
function isChoice(type: TSType): boolean {
  if (type.type === "TSUnionType") return type.types.every(isChoice);
  return ["TSLiteralType", "TSNeverKeyword", "TSUndefinedKeyword"].includes(type.type);
}

function literalsOf(type: TSType): readonly unknown[] {
  if (type.type === "TSUnionType") return type.types.flatMap(literalsOf);
  if (type.type !== "TSLiteralType") return [];
  return "value" in type.literal ? [type.literal.value] : [];
}

type Specifier = Extract<
  Statement,
  { readonly type: "ImportDeclaration" | "ExportNamedDeclaration" }
>["specifiers"][number];

/** By which names a specifier's thing goes: in the other module, and here. */
function namesOf(specifier: Specifier): readonly [string | undefined, string] {
  switch (specifier.type) {
    case "ImportSpecifier":
      return [nameOf(specifier.imported), specifier.local.name];
    case "ExportSpecifier":
      return [nameOf(specifier.local), nameOf(specifier.exported)];
    default:
      return [undefined, specifier.local.name];
  }
}

function nameOf(name: { readonly name: string } | { readonly value: string }): string {
  return "name" in name ? name.name : name.value;
}
