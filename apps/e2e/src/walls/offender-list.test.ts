import { describe, expect, it } from "vitest";
import { againstKnown } from "./offender-list.ts";

describe("againstKnown", () => {
  it("accepts exactly what is known, in any order", () => {
    expect(againstKnown(["a", "b"], ["b", "a"])).toEqual([]);
  });

  it("names what is new", () => {
    expect(againstKnown(["a", "b"], ["a"])).toEqual(["b"]);
  });

  it("names what offends no longer", () => {
    expect(againstKnown(["a"], ["a", "b"])).toEqual([
      "the known offenders list what offends no longer: b",
    ]);
  });

  it("knows a file by its name, whatever the line", () => {
    expect(againstKnown(["a.ts:3 is wrong", "a.ts:9 is wrong"], ["a.ts is wrong"])).toEqual([]);
    expect(againstKnown(["a.ts:3 is wrong"], [])).toEqual(["a.ts:3 is wrong"]);
  });
});
