import { describe, expect, it } from "vitest";
import { offenders } from "../known-offenders.test-support.ts";
import { againstKnown } from "../offender-list.ts";
import { readText } from "../repository.ts";
import { workspacePackages } from "../workspace-packages.ts";
import { twinFunctions } from "./twin-functions.ts";

/** What is found when each text is the only file of a package of its own. */
function twinsOf(...sources: readonly string[]): readonly string[] {
  return twinFunctions(
    sources.map((source, index) => ({ packageName: `${index}`, file: `${index}.ts`, source })),
  );
}

const original = `
  export function wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, ms);
    return promise;
  }`;

describe("twinFunctions", () => {
  it.each([
    ["a copy", original],
    ["another name", original.replace("wait", "sleep")],
    ["comments and white space", original.replaceAll("\n", "\n // So.\n\n")],
    [
      "other names of variables",
      original
        .replaceAll("ms", "delay")
        .replaceAll("promise, resolve", "promise: p, resolve")
        .replace("return promise", "return p"),
    ],
    ["other types", original.replace("number", "bigint").replaceAll("<void>", "<unknown>")],
    ["a method", `class A { ${original.replace("export function", "static")} }`],
    [
      "a function within another",
      `function outer() { ${original.replace("export", "")} return wait(1); }`,
    ],
    ["a property", `const a = { sleep: ${original.replace("export", "")} };`],
  ])("finds %s", (_, copy) => {
    expect(twinsOf(original, copy)).toEqual([
      expect.stringMatching(/^\w+ of [01]\.ts is \w+ of [01]\.ts$/),
    ]);
  });

  it("names every place", () => {
    expect(twinsOf(original, original, original)).toEqual([
      "wait of 0.ts is wait of 1.ts is wait of 2.ts",
    ]);
  });

  it.each([
    ["another call", original.replace("setTimeout", "setInterval")],
    ["another value", original.replace("ms);", "ms + 1);")],
    ["another member", original.replace("withResolvers", "resolvers")],
    ["the names in another role", original.replace("(resolve, ms)", "(ms, resolve)")],
  ])("tells apart %s", (_, other) => {
    expect(twinsOf(original, other)).toEqual([]);
  });

  it("tells members apart that are named like variables", () => {
    const reads = (name: string) => `function f(${name}) { g(); return other.${name}; }`;
    expect(twinsOf(reads("a"), reads("a"))).toHaveLength(1);
    expect(twinsOf(reads("a"), reads("b"))).toEqual([]);
  });

  it("does not list what stands within a twin again", () => {
    const outer = `function outer() { const f = () => { a(); b(); }; return f; }`;
    expect(twinsOf(outer, outer)).toEqual(["outer of 0.ts is outer of 1.ts"]);
    expect(twinsOf(outer, outer, "const f = () => { a(); b(); };")).toHaveLength(2);
  });

  it.each([
    ["function f(a) { return a; }", 0],
    ["function f(a) { g(a); return a; }", 1],
    ["const f = (a) => g(a);", 0],
    ["const f = (a) => ({\n  b: a,\n});", 1],
    ["declare function f(a: string): void;", 0],
  ])("asks of a copy that it is worth sharing: %s", (source, count) => {
    expect(twinsOf(source, source)).toHaveLength(count);
  });

  it("lets one package repeat itself", () => {
    const file = { packageName: "a", source: original };
    expect(
      twinFunctions([
        { ...file, file: "a.ts" },
        { ...file, file: "b.ts" },
      ]),
    ).toEqual([]);
  });
});

describe("the packages", () => {
  it("share what two of them need", () => {
    // The mock must not share our reading of a protocol. Tests may repeat what a reader should see, their tools may not.
    const files = workspacePackages()
      .filter(({ folder }) => folder.startsWith("packages/"))
      .flatMap(({ shortName, sources }) =>
        sources
          .filter((file) => !file.endsWith(".test.ts"))
          .map((file) => ({ packageName: shortName, file, source: readText(file) })),
      );
    expect(againstKnown(twinFunctions(files), offenders.twins)).toEqual([]);
  });
});
