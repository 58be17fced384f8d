import { inspect } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { TokenError, type TokenErrorCode } from "./token-error.ts";

const page = vi.hoisted(() => ({ url: undefined as string | undefined }));
vi.mock("./error-page.ts", () => ({
  get ERROR_PAGE() {
    return page.url;
  },
}));
afterEach(() => {
  page.url = undefined;
});

const NEVER: TokenErrorCode[] = [
  "ERR_TOKEN_SUBJECT_REQUIRED",
  "ERR_TOKEN_SUBJECT_NOT_ALLOWED",
  "ERR_TOKEN_SOURCE_UNAVAILABLE",
  "ERR_TOKEN_CONFIG",
  "ERR_TOKEN_CREDENTIAL",
  "ERR_TOKEN_PROVIDER",
  "ERR_TOKEN_TLS",
  "ERR_TOKEN_RESPONSE",
  "ERR_TOKEN_METADATA",
  "ERR_TOKEN_REJECTED",
  "ERR_TOKEN_NOT_READY",
  "ERR_TOKEN_AUDIENCE",
  "ERR_TOKEN_ORIGIN",
  "ERR_TOKEN_TYPE_UNSUPPORTED",
  "ERR_TOKEN_CLOSED",
];

describe("TokenError", () => {
  for (const code of NEVER) {
    it(`${code} is not retryable, whatever the status`, () => {
      for (const status of [undefined, 429, 503]) {
        expect(new TokenError(code, "x", { status }).retryable).toBe(false);
      }
    });
  }

  for (const code of ["ERR_TOKEN_NETWORK", "ERR_TOKEN_TIMEOUT"] as const) {
    it(`${code} is retryable`, () => expect(new TokenError(code, "x").retryable).toBe(true));
  }

  for (const code of ["ERR_TOKEN_HTTP", "ERR_TOKEN_OAUTH"] as const) {
    it(`${code} is retryable with 408, 429 and 5xx only`, () => {
      const statuses = [
        undefined,
        200,
        400,
        401,
        403,
        407,
        408,
        409,
        428,
        429,
        430,
        499,
        500,
        503,
        599,
      ];
      const retryable = statuses.filter(
        (status) => new TokenError(code, "x", { status }).retryable,
      );
      expect(retryable).toEqual([408, 429, 500, 503, 599]);
    });
  }

  it("is retryable if it was told so, whatever code and status say", () => {
    expect(new TokenError("ERR_TOKEN_PROVIDER", "x", { retryable: true }).retryable).toBe(true);
    expect(new TokenError("ERR_TOKEN_NETWORK", "x", { retryable: false }).retryable).toBe(false);
  });

  it("leads to the code's part of the page of errors, once there is one", () => {
    page.url = "https://owner.github.io/name/errors";
    expect(new TokenError("ERR_TOKEN_SUBJECT_REQUIRED", "x").helpUrl).toBe(
      "https://owner.github.io/name/errors#err-token-subject-required",
    );
    expect(inspect(new TokenError("ERR_TOKEN_CLOSED", "x"))).toContain("#err-token-closed");
  });

  it("has the fields that it was given, and no others", () => {
    const cause = new Error("cause");
    const details = { status: 429, oauthError: "slow_down", retryAfterMs: 5 };
    const error = new TokenError("ERR_TOKEN_OAUTH", "Cannot get a token: wait", {
      cause,
      ...details,
    });
    expect(error).toMatchObject({ ...details, code: "ERR_TOKEN_OAUTH", cause, name: "TokenError" });
    expect(String(error)).toBe("TokenError: Cannot get a token: wait");
    expect(error).toBeInstanceOf(Error);
    const bare = new TokenError("ERR_TOKEN_CLOSED", "x", { status: undefined, cause: undefined });
    expect(Object.keys(bare)).toEqual(["code", "retryable"]);
    expect("cause" in bare).toBe(false);
    expect(inspect(bare)).toContain("ERR_TOKEN_CLOSED");
  });
});

describe("TokenError.isInstance", () => {
  it("knows the errors of another copy of the package", async () => {
    const copy = "./token-error.ts?another-copy";
    const other = (await import(/* @vite-ignore */ copy)) as typeof import("./token-error.ts");
    expect(other.TokenError).not.toBe(TokenError);
    const foreign = new other.TokenError("ERR_TOKEN_CLOSED", "x");
    expect(foreign).not.toBeInstanceOf(TokenError);
    expect(TokenError.isInstance(foreign)).toBe(true);
    expect(other.TokenError.isInstance(new TokenError("ERR_TOKEN_CLOSED", "x"))).toBe(true);
  });

  it("knows subclasses", () => {
    class SpecialError extends TokenError {}
    expect(TokenError.isInstance(new SpecialError("ERR_TOKEN_CLOSED", "x"))).toBe(true);
  });

  const others = [
    undefined,
    null,
    "ERR_TOKEN_CLOSED",
    42,
    {},
    new Error("x"),
    { code: "ERR_TOKEN_CLOSED" },
    Object.assign(new Error("x"), { code: "ERR_TOKEN_CLOSED", name: "TokenError" }),
  ];
  for (const other of others) {
    it(`does not take ${inspect(other, { breakLength: Infinity }).slice(0, 40)} for one`, () => {
      expect(TokenError.isInstance(other)).toBe(false);
    });
  }
});

describe("TokenError.isInstance", () => {
  it("knows errors of another copy of the package, which have the same brand", () => {
    expect(Symbol.for("@agent-oauth/TokenError") in new TokenError("ERR_TOKEN_HTTP", "x")).toBe(
      true,
    );
    const foreign = Object.assign(new Error("x"), {
      [Symbol.for("@agent-oauth/TokenError")]: true,
    });
    expect(TokenError.isInstance(foreign)).toBe(true);
  });
});

describe("TokenError: mistaken arguments", () => {
  it.each([
    [[], /"code" must be a code such as "ERR_TOKEN_PROVIDER", not undefined/],
    [["ENOENT", "m"], /"code" must be a code/],
    [["ERR_TOKEN_CONFIG", "m", null], /the options must be a plain object, not null/],
    [
      ["ERR_TOKEN_CONFIG", "m", { retriable: true }],
      /no option "retriable"; did you mean "retryable"/,
    ],
  ])("refuses the arguments %j in our words", (given, message) => {
    const Any = TokenError as unknown as new (...given: unknown[]) => Error;
    const make = () => new Any(...given);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});
