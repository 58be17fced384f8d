import { describe, expect, it } from "vitest";
import { computed, moduleReferences, packageReferences } from "./module-references.ts";

describe("moduleReferences", () => {
  it.each([
    ['import { a } from "x";', ["x"]],
    ['import type { A } from "x";', ["x"]],
    ['import { type A } from "x";', ["x"]],
    ['import "x";', ["x"]],
    ['export { a } from "x";', ["x"]],
    ['export type { A } from "x";', ["x"]],
    ['export * from "x";', ["x"]],
    ['const a = await import("x");', ["x"]],
    ['type A = import("x").A;', ["x"]],
    ['type A = typeof import("x");', ["x"]],
    ['import a = require("x");', ["x"]],
    ['const a = require("x");', ["x"]],
    ['declare module "x" { interface A {} }', ["x"]],
    ["const a = await import(name);", [computed]],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text is the source under test
    ["const a = require(`x/${name}`);", [computed]],
    ['// import "x"\nconst a = "import \\"x\\"";', []],
    ['import "y"; import "x"; export { b } from "y";', ["x", "y"]],
  ])("reads %s", (source, expected) => {
    expect(moduleReferences(source)).toEqual(expected);
  });
});

describe("packageReferences", () => {
  it("names packages once, whatever their entry, and nothing of Node", () => {
    const text =
      'import "@a/b/c"; import "@a/b"; import "d/e"; import "./f.ts"; import "node:fs"; import "fs";';
    expect(packageReferences(text)).toEqual(["@a/b", "d"]);
  });
});
