import { isDeepStrictEqual } from "node:util";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copied, signalOf, withSignal, writtenValue } from "./operation-arguments.ts";

const write = (value: unknown) => writtenValue(value, "it");

/** Values that are as alike as they can be and still differ. */
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom<unknown>(undefined, null, true, false, "", "true", "null", "1", "s1:a", "a"),
    fc.constantFrom<unknown>(0, 1, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1n, 0n),
    fc.constantFrom(0, 1, Number.NaN).map((ms) => new Date(ms)),
    fc.constantFrom("https://a.example/", "https://a.example/a").map((href) => new URL(href)),
    fc.string({ maxLength: 3 }),
  ),
  list: fc.array(tie("value"), { maxLength: 3 }),
  object: fc.dictionary(fc.constantFrom("a", "b", "ab", "__proto__"), tie("value"), { maxKeys: 3 }),
  value: fc.oneof({ depthSize: "small" }, tie("leaf"), tie("list"), tie("object")),
})).value;

/** Members that are undefined count as absent. */
function withoutAbsent(of: unknown): unknown {
  if (Array.isArray(of)) return of.map(withoutAbsent);
  if (of instanceof URL) return { url: of.href };
  if (typeof of !== "object" || of === null || of instanceof Date) return of;
  const members = Object.entries(of).filter(([, member]) => member !== undefined);
  return new Map(members.map(([name, member]) => [name, withoutAbsent(member)]));
}

describe("writtenValue", () => {
  it("writes equal values alike and no others", () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        const alike = isDeepStrictEqual(withoutAbsent(one), withoutAbsent(other));
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
    expect(write(-0)).toBe(write(0));
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
    ["a promise", Promise.resolve(1), "it is an instance of Promise"],
    ["a signal deep inside", { a: { signal: new AbortController().signal } }, "AbortSignal"],
  ];
  it.each(unwritable)("refuses %s, and says where it is and what to do", (_, unfit, says) => {
    const error = (() => {
      try {
        return write(unfit);
      } catch (thrown) {
        return thrown;
      }
    })();
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
