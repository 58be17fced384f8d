import { describe, expect, it } from "vitest";
import { checkOptions, type OptionNames, pickOptions } from "./known-members.ts";

interface Options {
  readonly audience?: string;
  readonly timeoutMs?: number;
}

const names: OptionNames<Options> = { audience: true, timeoutMs: true };
const check = (options: unknown) => () => checkOptions(options, { doing: "do it", names });

describe("checkOptions", () => {
  it("takes known names, none, and undefined", () => {
    expect(check(undefined)).not.toThrow();
    expect(check({})).not.toThrow();
    expect(check(Object.freeze({ audience: "a", timeoutMs: undefined }))).not.toThrow();
  });

  it("refuses undefined where options are required", () => {
    const required = (options: unknown) => () =>
      checkOptions(options, { doing: "do it", names, required: true });
    expect(required({})).not.toThrow();
    expect(required(undefined)).toThrow(
      new TypeError(
        "Cannot do it: the options must be a plain object, not undefined; it takes audience, timeoutMs",
      ),
    );
  });

  it("suggests the name that was meant", () => {
    expect(check({ audiance: "a" })).toThrow(
      new TypeError('Cannot do it: there is no option "audiance"; did you mean "audience"?'),
    );
    expect(check({ timeout: 1 })).toThrow('did you mean "timeoutMs"?');
    expect(check({ audiance: undefined })).toThrow(TypeError);
  });

  it.each([
    ["an object", {}],
    ["an instance of AbortController", new AbortController()],
    ["a number", 5],
    ["null", null],
  ])("refuses a signal that is %s", (kind, signal) => {
    const signalled = (options: unknown) => () =>
      checkOptions(options, { doing: "do it", names: { signal: true } });
    expect(signalled({ signal })).toThrow(
      new TypeError(`Cannot do it: "signal" must be an AbortSignal, not ${kind}`),
    );
    expect(signalled({ signal: undefined })).not.toThrow();
    expect(signalled({ signal: AbortSignal.abort() })).not.toThrow();
    // One of a polyfill or another realm.
    expect(signalled({ signal: { aborted: false, addEventListener() {} } })).not.toThrow();
  });

  it("lists the names where none is near", () => {
    expect(check({ colour: 1 })).toThrow('no option "colour"; there are audience, timeoutMs');
  });

  it("sees members that are hidden, inherited by name only, or named by symbols", () => {
    expect(check(Object.defineProperty({}, "audiance", { value: 1 }))).toThrow("audiance");
    expect(check({ [Symbol("audience")]: 1 })).toThrow(TypeError);
    expect(check({ toString: 1 })).toThrow('no option "toString"');
    expect(check(JSON.parse('{ "__proto__": 1 }'))).toThrow('no option "__proto__"');
  });

  it.each([null, "s3cret", 7, false, [], ["audience"], () => {}, Promise.resolve({}), new Map()])(
    "refuses %o",
    (value) => {
      expect(check(value)).toThrow(/^Cannot do it: the options must be a plain object, not /);
      expect(check(value)).not.toThrow("s3cret");
    },
  );

  it("cuts a name that is long", () => {
    expect(check({ ["x".repeat(50)]: 1 })).toThrow(`"${"x".repeat(40)}"`);
  });
});

describe("pickOptions", () => {
  it("returns the listed members only", () => {
    expect(pickOptions<Options>({ audience: "a", other: 1 }, names)).toEqual({ audience: "a" });
  });
});
