import { isDeepStrictEqual } from "node:util";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  copied,
  signalOf,
  withSignal,
  writtenArguments,
  writtenValue,
} from "./operation-arguments.ts";

const write = (value: unknown) => writtenValue(value, "it");

/** What is written, `undefined` if that is refused. */
function written(value: unknown): string | undefined {
  try {
    return write(value);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return undefined;
  }
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** Values that are as alike as they can be and still differ. */
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom<unknown>(undefined, null, true, false, "", "true", "null", "1", "s1:a", "a"),
    fc.constantFrom<unknown>(0, -0, 1, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1n, 0n),
    fc.constantFrom(0, 1, Number.NaN).map((ms) => new Date(ms)),
    fc.constantFrom("https://a.example/", "https://a.example/a").map((href) => new URL(href)),
    fc.string({ maxLength: 3 }),
  ),
  list: fc.oneof(
    fc.array(tie("value"), { maxLength: 3 }),
    fc.sparseArray(tie("value"), { maxLength: 3 }),
  ),
  object: fc.dictionary(fc.constantFrom("a", "b", "ab", "__proto__"), tie("value"), { maxKeys: 3 }),
  value: fc.oneof({ depthSize: "small" }, tie("leaf"), tie("list"), tie("object")),
})).value;

/** Members that are undefined count as absent. */
function withoutAbsent(of: unknown): unknown {
  if (Array.isArray(of)) return of.map(withoutAbsent); // Holes stay holes.
  if (of instanceof URL) return { url: of.href };
  if (typeof of !== "object" || of === null || of instanceof Date) return of;
  const members = Object.entries(of).filter(([, member]) => member !== undefined);
  return new Map(members.map(([name, member]) => [name, withoutAbsent(member)]));
}

/** Tells whether two values are the same to an operation. */
function areAlike(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(withoutAbsent(one), withoutAbsent(other));
}

describe("writtenValue", () => {
  it("writes equal values alike and no others", () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        const alike = areAlike(one, other);
        expect(write(one) === write(other)).toBe(alike);
        expect(write(copied(one))).toBe(write(one));
      }),
      { numRuns: 20_000 },
    );
  });

  it("does not mind the order of members, and minds that of items", () => {
    expect(write({ a: 1, b: { c: 2, d: 3 } })).toBe(write({ b: { d: 3, c: 2 }, a: 1 }));
    expect(write([1, 2])).not.toBe(write([2, 1]));
    expect(write({ a: undefined })).toBe(write({}));
    expect(write([undefined])).not.toBe(write([]));
  });

  it("tells apart what is nearly alike", () => {
    const alike: unknown[] = [
      null,
      undefined,
      "",
      "null",
      0,
      -0,
      0n,
      "0",
      "-0",
      false,
      [],
      {},
      [undefined],
      [null],
      // biome-ignore lint/suspicious/noSparseArray: a hole is what is told apart.
      [,],
      // biome-ignore lint/suspicious/noSparseArray: as above.
      [, undefined],
      // biome-ignore lint/suspicious/noSparseArray: as above.
      [undefined, ,],
      [[]],
      [{}],
      { a: null },
      { a: "" },
      { a: [] },
      new Date(0),
      new Date(0).toISOString(),
      new Date(Number.NaN),
      Number.NaN,
      "NaN",
      new URL("https://a.example/"),
      "https://a.example/",
      { href: "https://a.example/" },
    ];
    expect(new Set(alike.map(write)).size).toBe(alike.length);
    for (const one of alike) expect(write(copied(one))).toBe(write(one));
  });

  it("is done with deep shared structure soon, and says what to do", () => {
    const shared = (levels: number): unknown => {
      let list: unknown = ["x"];
      for (let i = 0; i < levels; i++) list = [list, list];
      return list;
    };
    expect(write(shared(13)).length).toBeGreaterThan(2 ** 13);
    const text = "x".repeat(1_000_000);
    const long = "y".repeat(100_000);
    const nested = JSON.parse(`${"[".repeat(5_000)}${"]".repeat(5_000)}`) as unknown;
    const much: [unknown, string][] = [
      [shared(22), "it is more than 65536 values"],
      [shared(60), "it is more than 65536 values"],
      [Array.from({ length: 8 }, () => text), "it is more than 4194304 characters"],
      [new Array(2 ** 32 - 1), "it is more than 65536 values"],
      [nested, "more than 100 levels deep"],
      [{ [long]: { [long]: () => 1 } }, "is a function"],
    ];
    for (const [value, says] of much) {
      const error = thrownBy(() => write(value));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain(says);
      expect(String(error)).toContain('the option "key"');
      expect(String(error).length).toBeLessThan(400);
    }
  });

  it("writes a shared value as it writes copies of it, and nothing that is not in the copy", () => {
    fc.assert(
      fc.property(
        fc.anything({ withDate: true, withSparseArray: true, withBigInt: true }),
        (any) => {
          const text = written(any);
          fc.pre(text !== undefined);
          expect(written(copied(any))).toBe(text);
          expect(written([any, any])).toBe(written([any, copied(any)]));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it("takes objects without a prototype and of other realms", () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    expect(write(bare)).toBe(write({ a: 1 }));
    expect(write(runInNewContext("({ a: 1 })"))).toBe(write({ a: 1 }));
  });

  class User {
    readonly id = "s3ntinel";
  }
  const cycle: { self?: unknown } = {};
  cycle.self = [cycle];
  const unwritable: [string, unknown, string][] = [
    ["a function", [1, () => 1], "it[1] is a function"],
    ["a symbol", { a: { b: Symbol("s3ntinel") } }, "it.a.b is a symbol"],
    ["a map", new Map([["s3ntinel", 1]]), "it is an instance of Map"],
    ["bytes", [new Uint8Array(1)], "it[0] is an instance of Uint8Array"],
    ["an instance of a class", { user: new User() }, "it.user is an instance of User"],
    ["what inherits members", Object.create({ a: 1 }), "it is an instance of Object"],
    ["members named by symbols", { [Symbol("s3ntinel")]: 1 }, "named by symbols"],
    ["a cycle", cycle, "it.self[0] is an object that holds itself"],
    ["a promise", Promise.resolve(1), 'it is a promise (is an "await" missing?)'],
    ["a date with members", Object.assign(new Date(0), { id: "s3ntinel" }), "with own members"],
    ["a URL with members", Object.assign(new URL("a:b"), { id: "s3ntinel" }), "with own members"],
    ["a list with members", [Object.assign([1], { id: "s3ntinel" })], "it[0] is a list with own"],
    ["a match", /s3ntinel/.exec("s3ntinel"), "it is a list with own members"],
    ["a list with a symbol", Object.assign([1], { [Symbol("s3ntinel")]: 1 }), "own members"],
    ["a date of a class", [new (class Day extends Date {})(0)], "an instance of Day"],
    ["a URL of a class", new (class Link extends URL {})("a:b"), "an instance of Link"],
    ["a list of a class", new (class Rows extends Array {})(), "it is a list"],
    ["what looks like a date", Object.create(Date.prototype), "an instance of Date"],
    ["what looks like a URL", Object.create(URL.prototype), "an instance of URL"],
    ["a list that inherits", Object.setPrototypeOf([], { id: "s3ntinel" }), "it is a list"],
    [
      "a getter",
      {
        get id() {
          return "s3ntinel";
        },
      },
      "with getters or hidden members",
    ],
    ["a getter in a list", Object.defineProperty([], 0, { get: () => "s3ntinel" }), "getters"],
    ["a hidden member", Object.defineProperty({}, "id", { value: "s3ntinel" }), "hidden members"],
    ["a signal deep inside", { a: { signal: new AbortController().signal } }, "AbortSignal"],
  ];
  it.each(unwritable)("refuses %s, and says where it is and what to do", (_, unfit, says) => {
    const error = thrownBy(() => write(unfit));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain(says);
    expect(String(error)).toContain('the option "key"');
    expect(String(error)).not.toContain("s3ntinel");
  });

  it("writes the same object twice where it holds no cycle", () => {
    const shared = { a: 1 };
    expect(write([shared, shared])).toBe(write([{ a: 1 }, { a: 1 }]));
  });
});

describe("writtenArguments", () => {
  const { signal } = new AbortController();
  const args = (...of: unknown[]) => writtenArguments(of, "it");

  it("leaves out the signal, and what is absent at the end", () => {
    expect(args("a", undefined, signal)).toBe(args("a"));
    expect(args("a", { page: 1, signal })).toBe(args("a", { page: 1 }));
    expect(args(signal, "a")).toBe(args(undefined, "a"));
    expect(args("a", {})).not.toBe(args("a"));
    expect(args(null)).not.toBe(args());
  });

  it("refuses a signal anywhere else, and what is no signal is written", () => {
    expect(() => args({ options: { signal } })).toThrow("it[0].options.signal is an instance of");
    expect(() => args([signal])).toThrow("it[0][0] is an instance of AbortSignal");
    expect(() => args([{ signal }])).toThrow("it[0][0].signal is an instance of AbortSignal");
    expect(args({ signal: "red" })).not.toBe(args({}));
  });
});

describe("signalOf and withSignal", () => {
  const { signal } = new AbortController();
  const other = new AbortController().signal;

  it("find a signal that is an argument or a member of one, and replace it in a copy", () => {
    const options = { signal, page: 1 };
    expect(signalOf(["a", signal])).toBe(signal);
    expect(signalOf(["a", options])).toBe(signal);
    expect(withSignal(["a", signal], other)).toEqual(["a", other]);
    expect(withSignal(["a", options], other)).toEqual(["a", { signal: other, page: 1 }]);
    expect(options.signal).toBe(signal);
  });

  it("leave arguments without one as they are", () => {
    const args = ["a", null, undefined, { signal: "red" }, [signal], new Map([["signal", signal]])];
    expect(signalOf(args)).toBeUndefined();
    expect(withSignal(args, other)).toEqual(args);
  });
});

describe("one edit of the arguments", () => {
  const parts: fc.Arbitrary<readonly unknown[]> = fc.array(value, { minLength: 2, maxLength: 4 });

  it("writes them differently if two change places", () => {
    expect(writtenArguments([null, "x"], "it")).not.toBe(writtenArguments(["x", null], "it"));
    const swapped = ([first, second, ...rest]: readonly unknown[]) => [second, first, ...rest];
    fc.assert(
      fc.property(parts, (args) => {
        const [one, other] = [args, swapped(args)].map(written);
        fc.pre(one !== undefined && other !== undefined);
        expect(one === other).toBe(areAlike(args[0], args[1]));
      }),
      { examples: [[[{}, Object.create(null)]], [[{ a: undefined }, {}]]] },
    );
  });

  it("writes them differently if one moves into a list, or changes its type", () => {
    const edits: readonly ((args: readonly unknown[]) => unknown[])[] = [
      ([first, ...rest]) => [[first], ...rest],
      ([first, second, ...rest]) => [first, [second, ...rest]],
      (args) => [...args, null],
      ([, ...rest]) => [null, ...rest],
      ([, ...rest]) => ["null", ...rest],
    ];
    fc.assert(
      fc.property(parts, fc.constantFrom(...edits), (args, edit) => {
        const edited = edit(args);
        const [one, other] = [args, edited].map(written);
        fc.pre(one !== undefined && other !== undefined);
        expect(one === other).toBe(areAlike(args, edited));
      }),
    );
  });

  it("copies lists, also those within, so that the caller may change its own", () => {
    const inner = ["a"];
    const list = [inner, { list: inner }];
    const copy = copied(list);
    inner.push("b");
    list.pop();
    expect(copy).toEqual([["a"], { list: ["a"] }]);
  });
});
