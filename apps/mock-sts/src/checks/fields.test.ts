import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { checkFields } from "./fields.ts";

const names = { clientId: "text", scopes: "texts" } as const;
const check = (given: unknown) => () => checkFields(given, { start: "Cannot do it:", names });
const sentinel = "sentinel-secret-of-more-than-forty-characters";

describe("checkFields", () => {
  it.each([
    ["nothing", undefined],
    ["no field", {}],
    ["known fields, also without a value", { clientId: "a", scopes: undefined }],
    ["an object without a prototype", Object.assign(Object.create(null), { clientId: "a" })],
    ["an object of another realm", runInNewContext('({ clientId: "a" })')],
  ])("takes %s", (_, given) => expect(check(given)).not.toThrow());

  it.each([
    [{ clientid: "a" }, 'Cannot do it: unknown option "clientid"; did you mean "clientId"?'],
    [{ scope: undefined }, 'Cannot do it: unknown option "scope"; did you mean "scopes"?'],
    [{ color: 1 }, 'Cannot do it: unknown option "color"'],
    [{ toString: 1 }, 'Cannot do it: unknown option "toString"'],
    [{ [Symbol("x")]: 1 }, 'Cannot do it: unknown option "Symbol(x)"'],
    [JSON.parse('{"__proto__":1}'), 'Cannot do it: unknown option "__proto__"'],
  ])("refuses %j", (given, message) => expect(check(given)).toThrow(new TypeError(message)));

  it.each([
    null,
    "clientId",
    7,
    false,
    ["a"],
    () => {},
    new Map(),
    Promise.resolve({ clientId: "a" }),
    new (class Options {
      clientId = "a";
    })(),
  ])("refuses %o, which is not a plain object", (given) => {
    expect(check(given)).toThrow("Cannot do it: the options must be a plain object");
  });

  it("shows neither values nor what is too long for a name", () => {
    for (const given of [{ scope: sentinel }, { [sentinel]: 1 }, sentinel]) {
      expect(check(given)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(sentinel) }),
      );
    }
  });
});
