import { describe, expect, it } from "vitest";
import { caseKinds } from "./case-kinds.ts";
import { readPublicCases } from "./public-case.ts";
import { runCase } from "./run-case.ts";

const cases = readPublicCases();

describe("cases from public reports", () => {
  it("have names of their own, and a kind each", () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(new Set(cases.map(({ kind }) => kind))).toEqual(new Set(Object.keys(caseKinds)));
  });

  it.each(cases)("$kind: $name", async (one) => {
    const { holds, outcome } = await runCase(one);
    expect(holds, `${one.why}; got ${outcome}`).toBe(true);
  });
});
