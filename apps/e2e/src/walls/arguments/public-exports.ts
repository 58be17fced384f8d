import { posix } from "node:path";
import { scope } from "../allow-list.ts";
import { root } from "../repository.ts";
import { workspacePackages } from "../workspace-packages.ts";

/** A function or class that users of a package call. */
export interface PublicFunction {
  /** Where it is exported, and its name: `core/testing createFakeClock`. */
  readonly name: string;
  /** The names of its parameters; one that is taken apart has a name of its members. */
  readonly parameters: readonly string[];
  /** Calls or constructs it. */
  call(...args: readonly unknown[]): unknown;
}

/** Imports every entry point of every published package but `./internal`, and lists what can be called. */
export async function publicFunctions(): Promise<readonly PublicFunction[]> {
  const entries = workspacePackages()
    .filter(({ manifest }) => manifest.private !== true && manifest.exports !== undefined)
    .flatMap(({ folder, shortName, manifest }) =>
      Object.entries(manifest.exports ?? {})
        .filter(([path]) => path !== "./internal")
        .map(([path, conditions]) => ({
          entry: shortName + path.slice(1),
          file: posix.join(root, folder, conditions[`${scope}source`] ?? ""),
        }))
        .filter(({ file }) => file.endsWith(".ts")),
    );
  const lists = entries.map(async ({ entry, file }) => {
    const exported: Record<string, unknown> = await import(/* @vite-ignore */ file);
    return Object.entries(exported).flatMap(([name, value]) =>
      typeof value === "function" ? [publicFunction(`${entry} ${name}`, value)] : [],
    );
  });
  return (await Promise.all(lists)).flat();
}

/** Describes a function or class by its source text. */
export function publicFunction(
  name: string,
  // biome-ignore lint/complexity/noBannedTypes: any function at all.
  value: Function,
): PublicFunction {
  const text = Function.prototype.toString.call(value);
  const isClass = text.startsWith("class");
  return {
    name,
    parameters: parameterNames(isClass ? text.slice(text.indexOf("constructor(")) : text),
    call: (...args) =>
      isClass ? Reflect.construct(value, args) : Reflect.apply(value, undefined, args),
  };
}

/** The names between the first parentheses, without defaults. */
function parameterNames(text: string): readonly string[] {
  const begin = text.indexOf("(") + 1;
  let depth = 1;
  let end = begin;
  for (; end < text.length && depth > 0; end++) {
    if ("([{".includes(text.charAt(end))) depth++;
    if (")]}".includes(text.charAt(end))) depth--;
  }
  const list = text.slice(begin, end - 1);
  return [...list.matchAll(/(?:^|,\s*)(\w+)(?=\s*(?:=[^,]*)?(?:,|$))/g)].map(
    ([, name]) => name ?? "",
  );
}
