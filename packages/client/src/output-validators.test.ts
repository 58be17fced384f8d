import { describe, expect, it } from "vitest";
import { OutputValidators } from "./output-validators.ts";

const schema = (name: string) => ({
  type: "object" as const,
  properties: { [name]: { type: "number" as const } },
  required: [name],
});

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

  it("refuses a schema that cannot be compiled each time", () => {
    const validators = new OutputValidators();
    const broken = { type: "object" as const, properties: { n: { type: "nonsense" } } };
    for (const _ of [1, 2]) expect(() => validators.getValidator(broken as never)).toThrow();
  });
});
