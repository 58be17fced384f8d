import { describe, expect, it } from "vitest";
import { functionOption, numberOption, textOption } from "./option-values.ts";

const context = { option: "size", doing: "test" };

describe("numberOption", () => {
  const rule = { ...context, min: 1, max: 10, whole: true };

  it.each([1, 2, 10])("takes %i", (value) => expect(numberOption(value, rule)).toBe(value));

  it.each([0, 11, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -1])("refuses %d", (value) => {
    expect(() => numberOption(value, rule)).toThrow(
      new RangeError(`Cannot test: "size" must be a whole number from 1 to 10, not ${value}`),
    );
  });

  it("takes a fraction where it need not be whole", () => {
    expect(numberOption(1.5, { ...rule, whole: false })).toBe(1.5);
  });

  it.each(["1", null, undefined, [1], 1n])("refuses %s, which is not a number", (value) => {
    expect(() => numberOption(value, rule)).toThrow(/"size" must be a number, not /);
    expect(() => numberOption(value, rule)).toThrow(TypeError);
  });
});

describe("textOption", () => {
  it("takes a text that is not blank", () => expect(textOption(" a ", context)).toBe(" a "));

  it.each([
    ["", "and is blank"],
    [" ", "and is blank"],
    [["s3cret"], "and is a list"],
    [undefined, "and is undefined"],
  ])("refuses %j", (value, found) => {
    expect(() => textOption(value, context)).toThrow(TypeError);
    expect(() => textOption(value, context)).toThrow(found);
    expect(() => textOption(value, context)).not.toThrow("s3cret");
  });
});

describe("functionOption", () => {
  it("takes a function, or nothing", () => {
    const callback = () => {};
    expect(functionOption(callback, context)).toBe(callback);
    expect(functionOption(undefined, context)).toBeUndefined();
  });

  it.each([null, "s3cret", {}])("refuses %j", (value) => {
    expect(() => functionOption(value, context)).toThrow(/"size" must be a function, not /);
    expect(() => functionOption(value, context)).not.toThrow("s3cret");
  });
});
