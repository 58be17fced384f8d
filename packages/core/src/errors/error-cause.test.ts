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

  it.each([
    ["a token as name", { name: "s3ntinel4abc" }, "Error"],
    ["a JWT as name", { name: "eyJhbGciOiJIUzI1NiJ9.s3ntinel" }, "Error"],
    ["a long name", { name: "x".repeat(1_000) }, "Error"],
    ["a token as code", { code: "s3ntinel4abc" }, "Error"],
    ["a long code", { code: "S3NTINEL".repeat(10) }, "Error"],
    ["a code of another script", { code: "ＥＲＲ" }, "Error"],
    ["a token as host", { syscall: "connect", hostname: "eyJhbGciOi.s3ntinel" }, "connect"],
    ["a long host", { syscall: "connect", address: `${"a".repeat(64)}.s3ntinel` }, "connect"],
    ["a host with a path", { syscall: "connect", address: "a.example/s3ntinel" }, "connect"],
    ["a port that is none", { syscall: "connect", port: 65_536 }, "connect"],
    ["a token as system call", { syscall: "s3ntinel4abc", code: "EPIPE" }, "EPIPE"],
  ])("leaves out %s", (_, members, message) => {
    const cause = redactedCause(Object.assign(new Error("s3ntinel"), members));
    expect(cause?.message).toBe(message);
    expect(inspect(cause, { showHidden: true }).toLowerCase()).not.toContain("s3ntinel");
  });

  it.each([
    ["S3ServiceException", "ExpiredToken"],
    ["Http2SessionError", "ERR_HTTP2_STREAM_ERROR"],
    ["ConnectTimeoutError", "UND_ERR_CONNECT_TIMEOUT"],
    ["Error", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["Error", "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"],
    ["PrismaClientKnownRequestError", "P2002"],
    ["ResponseBodyError", "invalid_grant"],
  ])("keeps %s and %s", (name, code) => {
    const cause = redactedCause(Object.assign(new Error("s3ntinel"), { name, code }));
    expect(cause).toMatchObject({ name, code, message: code });
  });

  it("bears members that cannot be read, at every level", () => {
    const fail = {
      get(): never {
        throw new Error("s3ntinel");
      },
    };
    const names = ["name", "message", "stack", "code", "cause", "syscall", "address", "port"];
    const hostile = Object.defineProperties(
      new Error("s3ntinel"),
      Object.fromEntries(names.map((name) => [name, fail])),
    );
    for (const error of [hostile, new Error("s3ntinel", { cause: hostile })]) {
      expect(inspect(redactedCause(error), { showHidden: true })).not.toContain("s3ntinel");
    }
    const { proxy, revoke } = Proxy.revocable(new Error("s3ntinel"), {});
    revoke();
    expect(redactedCause(proxy)).toBeUndefined();
  });

  it("makes something small of something large", () => {
    const line = `    at f (/app/s.js:1:1)`;
    const error = new Error("s3ntinel".repeat(1_000_000));
    error.stack = `Error: s3ntinel\n${`${line}\n`.repeat(1_000_000)}`;
    expect(redactedCause(error)?.stack).toBe("Error: Error");
    const short = Object.assign(new Error("s3ntinel"), { stack: error.stack });
    expect(redactedCause(short)?.stack?.split("\n")).toEqual([
      "Error: Error",
      ...Array.from({ length: 16 }, () => line),
    ]);
  });
});

describe("a name or code that is no text", () => {
  it("is left out, whatever it says of itself", () => {
    const speaking = { toString: () => "ABC", s3ntinel: "s3ntinel" };
    const error = Object.assign(new Error("x"), {
      name: speaking,
      code: speaking,
      syscall: speaking,
      hostname: speaking,
    });
    const cause = redactedCause(error);
    expect(cause).toMatchObject({ name: "Error", message: "Error" });
    expect(cause).not.toHaveProperty("code");
    expect(inspect(cause, { showHidden: true })).not.toContain("s3ntinel");
  });
});
