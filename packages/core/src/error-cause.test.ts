import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { redactedCause } from "./error-cause.ts";

describe("redactedCause", () => {
  it("keeps what tells a failed connection, without its message", () => {
    const error = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:443 s3ntinel"), {
      syscall: "connect",
      code: "ECONNREFUSED",
      address: "127.0.0.1",
      port: 443,
    });
    const cause = redactedCause(error);
    expect(cause).toMatchObject({
      name: "Error",
      code: "ECONNREFUSED",
      message: "connect ECONNREFUSED 127.0.0.1:443",
    });
    expect(inspect(cause, { showHidden: true })).not.toContain("s3ntinel");
  });

  it("keeps the name of a host that was not found", () => {
    const error = Object.assign(new Error("getaddrinfo ENOTFOUND as.example"), {
      syscall: "getaddrinfo",
      code: "ENOTFOUND",
      hostname: "as.example",
    });
    expect(redactedCause(error)?.message).toBe("getaddrinfo ENOTFOUND as.example");
  });

  it("leaves messages and all other members behind", () => {
    const error = Object.assign(new RangeError("s3ntinel\n    at s3ntinel (file.js:1:1)"), {
      code: "ERR_PARSE",
      body: "s3ntinel",
    });
    const cause = redactedCause(error);
    expect(cause).toMatchObject({ name: "RangeError", message: "ERR_PARSE", code: "ERR_PARSE" });
    expect(cause).not.toHaveProperty("body");
    expect(inspect(cause, { showHidden: true, depth: null })).not.toContain("s3ntinel");
  });

  it("keeps the frames of the stack", () => {
    const cause = redactedCause(new Error("s3ntinel"));
    expect(cause?.stack).toMatch(/^Error: Error\n {4}at .*error-cause\.test\.ts/);
  });

  it("keeps four errors of a chain", () => {
    let error = new TypeError("s3ntinel 0");
    for (let i = 1; i < 6; i++) error = new TypeError(`s3ntinel ${i}`, { cause: error });
    let depth = 0;
    for (let cause: unknown = redactedCause(error); cause instanceof Error; cause = cause.cause) {
      depth++;
      expect(cause).toMatchObject({ name: "TypeError", message: "TypeError" });
    }
    expect(depth).toBe(4);
  });

  it("bears a cause that is its own", () => {
    const error = new Error("s3ntinel");
    error.cause = error;
    expect(redactedCause(error)).toBeInstanceOf(Error);
  });

  it("does not believe a name or a code that is none", () => {
    const error = Object.assign(new Error("x"), { name: "a secret!", code: "s3 ntinel" });
    expect(redactedCause(error)).toMatchObject({ name: "Error", message: "Error" });
    expect(redactedCause(error)).not.toHaveProperty("code");
    const numbered = Object.assign(new Error("x"), { code: 42, stack: undefined });
    expect(redactedCause(numbered)).not.toHaveProperty("code");
  });

  for (const value of ["s3ntinel", { message: "s3ntinel" }, null, undefined, 1]) {
    it(`makes nothing of ${JSON.stringify(value)}`, () => {
      expect(redactedCause(value)).toBeUndefined();
    });
  }
});
