import { describe, expect, it } from "vitest";
import { offenders } from "./known-offenders.test-support.ts";
import { spreadLiterals } from "./literal-spread.ts";
import { againstKnown } from "./offender-list.ts";
import { readText } from "./repository.ts";
import { workspacePackages } from "./workspace-packages.ts";

describe("spreadLiterals", () => {
  it.each([
    "const a = { b, ...{ c, d } };",
    "const a = [b, ...[c, d]];",
    "f(...[a, b]);",
    "const a = { ...({ b } as const) };",
    "const a = { ...({ b } satisfies B) };",
  ])("refuses %s", (source) => {
    expect(spreadLiterals("a.ts", `\n\n${source}`)).toEqual(["a.ts:3 spreads a literal"]);
  });

  it("names every line", () => {
    const source = "const a = { ...{ b } };\nconst c = {\n  ...{ d },\n};";
    expect(spreadLiterals("a.ts", source)).toEqual([
      "a.ts:1 spreads a literal",
      "a.ts:3 spreads a literal",
    ]);
  });

  it.each([
    "const a = { ...b, c };",
    "const a = { ...(b ? { c } : {}) };",
    "const a = { ...(b && { c }) };",
    "const a = [...b, ...b.map(() => ({ c }))];",
    "const { a, ...b } = { c };",
    "// { ...{ a } }",
  ])("accepts %s", (source) => {
    expect(spreadLiterals("a.ts", source)).toEqual([]);
  });
});

describe("the workspace", () => {
  it("spreads no literal", () => {
    const found = workspacePackages().flatMap(({ sources }) =>
      sources.flatMap((file) => spreadLiterals(file, readText(file))),
    );
    expect(againstKnown(found, offenders.spreads)).toEqual([]);
  });
});
