import { describe, expect, it } from "vitest";
import { OutputValidators } from "./output-validators.ts";

const schema = (name: string) => ({
  type: "object" as const,
  properties: { [name]: { type: "number" as const } },
  required: [name],
});

/** Checking by the first of these means checking by the last 2^levels times. */
function doubling(levels: number) {
  const level = (n: number) => ({ allOf: Array(2).fill({ $ref: `#/$defs/d${n + 1}` }) });
  const defs = Array.from({ length: levels }, (_, n) => [`d${n}`, level(n)]);
  return { ...Object.fromEntries(defs), [`d${levels}`]: { type: "string" } };
}

describe("OutputValidators", () => {
  it("compiles equal schemas once, and checks by them", () => {
    const validators = new OutputValidators();
    const validate = validators.getValidator(schema("n"));
    expect(validators.getValidator(schema("n"))).toBe(validate);
    expect(validate({ n: 1 }).valid).toBe(true);
    expect(validate({ n: "1" }).valid).toBe(false);
    expect(validators.getValidator(schema("m"))({ n: 1 }).valid).toBe(false);
  });

  it("forgets the schema used least recently when there are more than 256", () => {
    const validators = new OutputValidators();
    const first = validators.getValidator(schema("first"));
    const second = validators.getValidator(schema("second"));
    for (let n = 2; n < 256; n++) validators.getValidator(schema(`n${n}`));
    expect(validators.getValidator(schema("first"))).toBe(first);
    validators.getValidator(schema("last"));
    expect(validators.getValidator(schema("first"))).toBe(first);
    expect(validators.getValidator(schema("second"))).not.toBe(second);
  });

  it.each([
    ["a pattern that backtracks", { pattern: "^(a+)+$" }, `${"a".repeat(33)}!`],
    ["references that double at each level", { $defs: doubling(32), $ref: "#/$defs/d0" }, "a"],
  ])("stops at %s, and carries on with others", (_, hostile, input) => {
    const validators = new OutputValidators();
    const validate = validators.getValidator(hostile as never);
    expect(() => validate(input)).toThrow("1000 ms");
    expect(validators.getValidator(schema("n"))({ n: 1 }).valid).toBe(true);
  });

  it("refuses a schema that cannot be compiled each time", () => {
    const validators = new OutputValidators();
    const broken = { type: "object" as const, properties: { n: { type: "nonsense" } } };
    for (const _ of [1, 2]) expect(() => validators.getValidator(broken as never)).toThrow();
  });
});
