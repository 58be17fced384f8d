import { describe, expect, it } from "vitest";
import { offenders } from "../known-offenders.test-support.ts";
import { againstKnown } from "../offender-list.ts";
import { readText } from "../repository.ts";
import { isTest, workspacePackages } from "../workspace-packages.ts";
import { firstSentenceViolation } from "./first-sentence.ts";

const argumentsFirst = `
  import { a } from "./a.ts";
  /** How often it rings. */
  export interface BellOptions {}
  /** Rings. */
  export function ring(options: Readonly<BellOptions> = {}) {}`;

describe("firstSentenceViolation", () => {
  it("refuses a file that begins with the type of its arguments", () => {
    expect(firstSentenceViolation("p/src/ring.ts", argumentsFirst)).toBe(
      "p/src/ring.ts begins with its arguments, BellOptions",
    );
  });

  it.each([
    "/** Is set up. */ interface BellParts {} /** Rings. */ class Bell { constructor(p: BellParts) {} }",
    "/** Is set up. */ type BellContext = {}; /** Rings. */ const ring = ({ a }: BellContext) => a;",
    "/** Is set up. */ interface BellInit {} /** Rings. */ const bell = { ring(i: BellInit[]) {} };",
  ])("refuses %s", (source) => {
    expect(firstSentenceViolation("p/src/bell.ts", source)).toContain("begins with its arguments");
  });

  it.each([
    ["a module comment", `/** Bells, and how they ring. */${argumentsFirst}`],
    [
      "a type that nothing here takes",
      argumentsFirst.replace("options: Readonly<BellOptions> = {}", ""),
    ],
    ["a type of data", argumentsFirst.replaceAll("BellOptions", "Bell")],
    [
      "the function before its arguments",
      "/** Rings. */ export function ring(o: BellOptions) {} /** How. */ interface BellOptions {}",
    ],
    ["only what others declare", 'export { ring } from "./ring.ts";'],
  ])("accepts %s", (_, source) => {
    expect(firstSentenceViolation("p/src/ring.ts", source)).toBeUndefined();
  });

  it("lets a file be about such types that is named after them", () => {
    expect(firstSentenceViolation("p/src/bell-options.ts", argumentsFirst)).toBeUndefined();
    expect(firstSentenceViolation("p/src/options.ts", argumentsFirst)).toBeUndefined();
    expect(firstSentenceViolation("p/src/bell-context.ts", argumentsFirst)).toBeDefined();
  });

  it("refuses a tag in place of a sentence", () => {
    const source = "/**\n * @param bell rings\n */\nexport function ring(bell: Bell) {}";
    expect(firstSentenceViolation("p/src/ring.ts", source)).toBe(
      "p/src/ring.ts begins with the tag @param",
    );
  });

  it.each([
    "export const a = 1;",
    "// Of a.\nexport const a = 1;",
    "/* Of a. */ export class A {}",
  ])("asks a doc comment of: %s", (source) => {
    expect(firstSentenceViolation("p/src/ring.ts", source)).toBe(
      "p/src/ring.ts has no doc comment that says what it is about",
    );
  });

  it("asks any comment of a program", () => {
    expect(firstSentenceViolation("p/src/cli.ts", "ring();")).toContain("no doc comment");
    expect(firstSentenceViolation("p/src/cli.ts", "ring(); // So.")).toContain("no doc comment");
    expect(firstSentenceViolation("p/src/cli.ts", "// Rings.\nring();")).toBeUndefined();
  });
});

describe("the workspace", () => {
  it("says at the beginning of each file what it is about", () => {
    const found = workspacePackages()
      .flatMap(({ sources }) => sources)
      .filter((file) => !isTest(file))
      .flatMap((file) => firstSentenceViolation(file, readText(file)) ?? []);
    expect(againstKnown(found, offenders.firstSentences)).toEqual([]);
  });
});
