import { TokenError } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { unhandledRejections } from "../unhandled-rejections.test-support.ts";
import { helplessness, outcomeOf } from "./mistaken-call.ts";
import { publicFunction, publicFunctions } from "./public-exports.ts";
import { acceptable, uncheckedOptions, validArguments } from "./valid-arguments.test-support.ts";

const functions = await publicFunctions();
const withOptions = functions.filter(
  ({ name, parameters }) => parameters.includes("options") && !(name in uncheckedOptions),
);

const mistaken: readonly (readonly unknown[])[] = [[], [{}], [null], [7], ["text"]];

/** Values that no function but those of {@link acceptable} takes. */
const refused: readonly unknown[] = [null, 7];

/** The arguments before the options, all of them right. */
function leading(parameters: readonly string[]): readonly unknown[] {
  const names = parameters.slice(0, parameters.indexOf("options"));
  expect(names.filter((name) => !(name in validArguments))).toEqual([]);
  return names.map((name) => validArguments[name]);
}

/** The names that the options may have, as the refusal of what is no object lists them. */
async function optionNames(call: (options: unknown) => unknown): Promise<readonly string[]> {
  const outcome = await outcomeOf(() => call(7));
  const message = "error" in outcome && outcome.error instanceof Error ? outcome.error.message : "";
  return /; it takes (.+)$/.exec(message)?.[1]?.split(", ") ?? [];
}

/** One letter is wrong, as in `audiance`. */
function misspelt(name: string): string {
  const middle = Math.floor(name.length / 2);
  return `${name.slice(0, middle)}q${name.slice(middle + 1)}`;
}

describe("publicFunction", () => {
  it("knows the parameters of functions and classes, and calls both", () => {
    const plain = publicFunction("plain", (source: string, options = { a: [1, 2] }) => [
      source,
      options,
    ]);
    expect(plain.parameters).toEqual(["source", "options"]);
    expect(plain.call("a", "b")).toEqual(["a", "b"]);
    class Made {
      readonly made: unknown;
      constructor(options: unknown = {}) {
        this.made = options;
      }
    }
    const made = publicFunction("made", Made);
    expect(made.parameters).toEqual(["options"]);
    expect(made.call(1)).toEqual(new Made(1));
  });
});

describe("helplessness", () => {
  it.each([
    new TypeError("Cannot read properties of undefined (reading 'a')"),
    new TypeError("Cannot destructure property 'a' of 'undefined' as it is undefined."),
    new TypeError("options is not iterable"),
    new TypeError("Cannot use the list: Invalid input: expected array, received undefined"),
    new TypeError("Cannot go on"),
    new Error('Cannot go on: "a" must be a number'),
    Object.assign(new TypeError('Cannot use "path"'), { code: "ERR_INVALID_ARG_TYPE" }),
    new TokenError("ERR_TOKEN_CONFIG", "Cannot use the list: Invalid input"),
    "a text",
  ])("is in %s", (error) => expect(helplessness(error)).toBeDefined());

  it.each([
    new TypeError('Cannot go on: "a" must be a number'),
    new RangeError("Cannot go on: the options must be a plain object, not null"),
    new TokenError("ERR_TOKEN_SOURCE_UNAVAILABLE", "Cannot find credentials: none is set"),
  ])("is not in %s", (error) => expect(helplessness(error)).toBeUndefined());
});

describe("exports called with what is not meant", () => {
  it("are those of all packages", () => {
    expect(functions.length).toBeGreaterThan(60);
    const names = functions.map(({ name }) => name);
    const listed = [...Object.keys(acceptable), ...Object.keys(uncheckedOptions)];
    expect(listed.filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each(functions)("answer in our words: $name", async ({ name, call }) => {
    const unhandled = unhandledRejections();
    const violations: string[] = [];
    for (const args of mistaken) {
      const outcome = await outcomeOf(() => call(...args));
      const shown = `(${args.map((arg) => JSON.stringify(arg)).join()})`;
      if ("error" in outcome) {
        const violation = helplessness(outcome.error);
        if (violation !== undefined) violations.push(`${shown}: ${violation}`);
      } else if (args.length > 0 && refused.includes(args[0])) {
        if (!acceptable[name]?.values.includes(args[0])) violations.push(`${shown}: accepted`);
      }
    }
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(violations).toEqual([]);
    expect(unhandled).toEqual([]);
  });
});

describe("options", () => {
  it.each(withOptions)("must be an object: $name", async ({ parameters, call }) => {
    const before = leading(parameters);
    for (const options of [null, 7, "text", ["text"]]) {
      const outcome = await outcomeOf(() => call(...before, options));
      expect(outcome).toHaveProperty("error");
      if ("error" in outcome) expect(helplessness(outcome.error)).toBeUndefined();
    }
  });

  it.each(withOptions)("are suggested if misspelt: $name", async ({ parameters, call }) => {
    const before = leading(parameters);
    const withThem = (options: unknown) => call(...before, options);
    const names = await optionNames(withThem);
    expect(names).not.toEqual([]);
    for (const name of names) {
      const outcome = await outcomeOf(() => withThem({ [misspelt(name)]: 1 }));
      expect(outcome).toHaveProperty("error");
      if ("error" in outcome) {
        expect(outcome.error).toBeInstanceOf(TypeError);
        expect(String(outcome.error)).toContain(`did you mean ${JSON.stringify(name)}?`);
      }
    }
  });
});
