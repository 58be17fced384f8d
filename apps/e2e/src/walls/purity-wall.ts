import { isBuiltin } from "node:module";
import { parseSync, Visitor } from "oxc-parser";
import { moduleReferences } from "./module-references.ts";

/** Globals by which a file could reach the network, the process, or a timer that repeats. */
const impure = new Set([
  "EventSource",
  "WebSocket",
  "XMLHttpRequest",
  "fetch",
  "global",
  "globalThis",
  "navigator",
  "process",
  "setInterval",
]);

/** What single files of `core` may name all the same, by their path under `src`. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  "bearer/bearer-fetch.ts": ["fetch", "globalThis"],
  // Types only: a flow brings a `fetch` of its own.
  "gateway.ts": ["fetch", "globalThis"],
  // A library's JWE costs three to twelve times as much, and WebCrypto needs turns of the event loop.
  "store/compact-jwe.ts": ["node:crypto"],
  "store/encryption-keys.ts": ["node:crypto"],
  // WebCrypto's digest is asynchronous and costs fifty times as much.
  "token/digest.ts": ["node:crypto"],
};

/**
 * Lists what a file of `core` reaches outside itself.
 *
 * A name counts wherever it stands in code, as a property too; in comments and strings it does not.
 */
export function impurities(file: string, source: string): readonly string[] {
  const modules = moduleReferences(source).filter((name) => isBuiltin(name));
  const names = [...modules, ...identifiers(source).filter((name) => impure.has(name))];
  const allowed = exceptions[file] ?? [];
  return names.filter((name) => !allowed.includes(name)).map((name) => `${file} names ${name}`);
}

/** Tells whether a file reads the environment, which only `*-environment.ts` and `cli.ts` may do. */
export function readsEnvironment(source: string): boolean {
  let found = moduleReferences(source).includes("node:process");
  new Visitor({
    MemberExpression: ({ object, property }) => {
      if (object.type !== "Identifier" || object.name !== "process") return;
      found ||= property.type !== "Identifier" || property.name === "env";
    },
    VariableDeclarator: ({ init }) => {
      // `const { env } = process` and aliases of it.
      found ||= init?.type === "Identifier" && init.name === "process";
    },
  }).visit(parseSync("source.ts", source).program);
  return found;
}

function identifiers(source: string): readonly string[] {
  const names = new Set<string>();
  new Visitor({ Identifier: ({ name }) => names.add(name) }).visit(
    parseSync("source.ts", source).program,
  );
  return [...names].sort();
}
