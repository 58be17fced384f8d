import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { TokenError } from "./token-error.ts";
import { yielded, yieldedText, yieldedValue } from "./yielded-value.ts";

const by = { option: "tenant", doing: "make the call", advice: "it must return a tenant" };
const thrown = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe("yielded", () => {
  const fail = (error: unknown) => () => {
    throw error;
  };

  it("returns what the function yields, out of its promise", async () => {
    expect([await yielded(() => 1, by), await yielded(async () => 2, by)]).toEqual([1, 2]);
  });

  it("reports a failure without what it said", async () => {
    const error: unknown = await yielded(fail(new Error("s3cret")), by).catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: "ERR_TOKEN_PROVIDER",
      message: 'Cannot make the call: the function "tenant" failed',
    });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("s3cret");
  });

  it.each([
    [{ code: "ECONNRESET" }, "ERR_TOKEN_PROVIDER", true, / failed \(ECONNRESET\)$/],
    [{ status: 503 }, "ERR_TOKEN_PROVIDER", true, / failed \(status 503\)$/],
    [{ code: "CERT_HAS_EXPIRED" }, "ERR_TOKEN_TLS", false, / failed: the server's certificate has/],
  ])("classifies the failure as that of a provider: %o", async (members, code, retryable, said) => {
    const thrown = Object.assign(new Error("s3cret"), members);
    const error: unknown = await yielded(fail(thrown), by).catch((e: unknown) => e);
    expect(error).toMatchObject({ code, retryable });
    expect(String(error)).toMatch(said);
  });

  it("passes on a token error", async () => {
    const error = new TokenError("ERR_TOKEN_NOT_READY", "Cannot get the token yet");
    await expect(yielded(fail(error), by)).rejects.toBe(error);
  });
});

describe("yieldedText", () => {
  it("returns a text", () => {
    expect(yieldedText(" a ", by)).toBe(" a ");
  });

  it.each([
    ["a blank string", " \n"],
    ["a number", 7],
    ["undefined", undefined],
    ["null", null],
    ["an object", { token: "s3cret" }],
    ["a function", () => "s3cret"],
    ['a promise (is an "await" missing?)', Promise.resolve("s3cret")],
  ])("names %s, and what to do", (found, value) => {
    expect(thrown(() => yieldedText(value, by))).toMatchObject({
      name: "TokenError",
      code: "ERR_TOKEN_PROVIDER",
      message: `Cannot make the call: the function "tenant" returned ${found}; it must return a tenant`,
    });
  });
});

describe("yieldedValue", () => {
  it("returns what the check returns", () => {
    expect(yieldedValue("key", () => 5)).toBe(5);
  });

  it.each([new TypeError("Cannot x: y"), new RangeError("Cannot x: y")])(
    "turns a %s into a token error, since it is no mistaken argument",
    (mistake) => {
      const check = () => {
        throw mistake;
      };
      expect(thrown(() => yieldedValue("key", check))).toMatchObject({
        code: "ERR_TOKEN_PROVIDER",
        message: 'Cannot x: y; this is what the function "key" returned',
      });
    },
  );

  it("passes on every other error", () => {
    const other = new Error("other");
    const check = () => {
      throw other;
    };
    expect(thrown(() => yieldedValue("key", check))).toBe(other);
  });
});
