import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { isPlainObject, kindOf } from "./plain-object.ts";

class Private {
  #secret = 1;
  secret() {
    return this.#secret;
  }
}

describe("isPlainObject", () => {
  it.each([
    {},
    { member: 1 },
    Object.create(null),
    runInNewContext("({ member: 1 })"),
    Object.freeze({ member: 1 }),
  ])("takes %o", (value) => expect(isPlainObject(value)).toBe(true));

  it.each([
    undefined,
    null,
    "text",
    7,
    false,
    [],
    () => {},
    Promise.resolve(),
    new Map(),
    new Headers(),
    new Private(),
    new Date(),
    Object.create({}),
    runInNewContext("[]"),
    runInNewContext("new Map()"),
  ])("refuses %o", (value) => expect(isPlainObject(value)).toBe(false));
});

describe("kindOf", () => {
  it.each([
    [undefined, "undefined"],
    [null, "null"],
    ["s3cret", "a string"],
    [7, "a number"],
    [() => {}, "a function"],
    [Symbol("s3cret"), "a symbol"],
    [["s3cret"], "a list"],
    [{ s3cret: 1 }, "an object"],
    [Promise.resolve("s3cret"), 'a promise (is an "await" missing?)'],
    [new Map(), "an instance of Map"],
    [new Private(), "an instance of Private"],
    [new (class {})(), "an instance of a class"],
    [Object.create({ constructor: { name: "s3cret token" } }), "an instance of a class"],
  ])("names %o without showing it", (value, kind) => expect(kindOf(value)).toBe(kind));

  it("survives an object whose every member throws", () => {
    const throwing = () => {
      throw new Error("s3cret");
    };
    const hostile = new Proxy([1], { get: throwing, has: throwing });
    expect(kindOf(hostile)).toBe("a list");
    expect(kindOf(new Proxy(new Map(), { get: throwing, has: throwing }))).toBe(
      "an instance of a class",
    );
  });
});
