import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorResponse } from "./error-response.ts";

const failed = "Cannot get an access token from https://as.example/token";

function errorOf(body: object, secrets: readonly string[], status = 400) {
  return errorResponse({
    failed,
    status,
    text: "",
    contentType: "application/json",
    body,
    retryAfterMs: undefined,
    label: "token endpoint",
    advise: (code) => (code === "invalid_client" ? 'check "clientId"' : undefined),
    secrets,
  });
}

const escaped =
  (prefix: string, length: number, suffix = "") =>
  (text: string) =>
    Array.from(
      { length: text.length },
      (_, i) => prefix + text.charCodeAt(i).toString(16).padStart(length, "0") + suffix,
    ).join("");

/** Each keeps what the next one may do to it readable. */
const spellings: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => text,
  "upper case": (text) => text.toUpperCase(),
  "lower case": (text) => text.toLowerCase(),
  spaces: (text) => [...text].join(" "),
  lines: (text) => text.replace(/.{5}/gs, "$&\r\n"),
  quotes: (text) => JSON.stringify(text),
  "HTML entities": escaped("&#x", 1, ";"),
  "JSON escapes": escaped("\\u", 4),
  "percent-encoding": (text) => encodeURIComponent(text.toWellFormed()),
  "form encoding": (text) => new URLSearchParams({ "": text }).toString().slice(1),
  base64: (text) => Buffer.from(text).toString("base64"),
  base64url: (text) => Buffer.from(text).toString("base64url"),
  "base64 in lines": (text) => Buffer.from(text).toString("base64").replace(/.{9}/g, "$&\n"),
};

const secrets = fc
  .string({ unit: "grapheme", minLength: 8, maxLength: 40 })
  .map((text) => text.toWellFormed())
  .filter((text) => (text.match(/[a-z\d]/gi) ?? []).length >= 8);
const words = fc.constantFrom("", "the value ", "Basic ", "bad: '", "client_secret=", "a");
const echoes = fc.record({
  secret: secrets,
  spelt: fc.array(fc.constantFrom(...Object.keys(spellings)), { minLength: 1, maxLength: 2 }),
  before: words,
  after: words,
});

describe("errorResponse", () => {
  it("shows nothing of a secret, however the server spells it", () => {
    fc.assert(
      fc.property(echoes, ({ secret, spelt, before, after }) => {
        const echo = spelt.reduce((text, name) => spellings[name]?.(text) ?? text, secret);
        fc.pre(echo.length < 550);
        const error_description = `${before}${echo}${after}`;
        const body = { error: "invalid_grant", error_description, error_uri: error_description };
        const silent = errorOf({ error: "invalid_grant" }, []);
        const error = errorOf(body, [secret]);
        expect(error.message).toBe(silent.message);
        expect(error.oauthError).toBe("invalid_grant");
        expect(error.cause).toBeUndefined();
        const text = inspect(error, { depth: null, showHidden: true });
        expect(lettersOf(text.split("\n    at ")[0] ?? "")).toBe(lettersOf(inspectedHead(silent)));
      }),
      { numRuns: 1_000 },
    );
  });

  it("shows no error code that is made of a secret", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{8,40}$/), (secret) => {
        const error = errorOf({ error: `bad_${secret}` }, [secret]);
        expect(error.message).toBe(`${failed}: the server answered 400 with an unknown error`);
        expect(error.oauthError).toBeUndefined();
      }),
    );
  });

  it.each([
    ["invalid_client", "client"],
    ["invalid_grant", "invalid_grant"],
    ["invalid_target", "target"],
    ["authorization_pending", "pending"],
    ["unsupported_token_type", "token"],
    ["use_dpop_nonce", "nonce"],
    ["interaction_required", "required"],
  ])("shows the registered code %s though the secret is %j", (code, secret) => {
    const error = errorOf({ error: code, error_description: `the ${secret} is bad` }, [secret]);
    expect(error.oauthError).toBe(code);
    expect(error.message).toMatch(new RegExp(`^${failed}: the server answered 400 ${code}(?:;|$)`));
  });

  it.each([
    [401, { error: "Unauthorized" }, /401 .*: "Unauthorized"; check how the client authenticates$/],
    [
      404,
      { error: "Not Found", message: "No static resource" },
      /"Not Found: No static resource"; /,
    ],
    [
      400,
      { error: { status: "INVALID_ARGUMENT", message: "is bad" } },
      /"INVALID_ARGUMENT: is bad"/,
    ],
    [500, { error: "Internal Server Error" }, /; try again later$/],
    [403, { title: "Forbidden", detail: "no" }, /"Forbidden: no"; check how/],
    [400, { error: "INVALID_GRANT", error_description: "old" }, /"INVALID_GRANT: old"; check that/],
    [400, { error: 42, error_description: "why" }, /an OAuth error: "why"; check that/],
    [400, { error: null, message: { a: 1 } }, /without an OAuth error; check that/],
  ])("takes what is no code for no OAuth error: %i %j", (status, body, message) => {
    const error = errorOf(body, [], status);
    expect(error).toMatchObject({ code: "ERR_TOKEN_HTTP", status, retryable: status >= 500 });
    expect(error.oauthError).toBeUndefined();
    expect(error.message).toMatch(message);
  });

  it("shows no text of another form that holds a secret", () => {
    const secret = "sentinel-0123456789";
    for (const body of [
      { error: "opaque-Token_0123456789" },
      { detail: "bad token 4711-0815-x" },
      { message: `see ${"x".repeat(25)}` },
      { error: `Bad ${secret}` },
      { error: { message: `Bad ${secret}` } },
      { title: secret },
      { detail: secret.toUpperCase() },
      { message: "is sentinel-0123456789", access_token: secret },
    ]) {
      expect(errorOf(body, "access_token" in body ? [] : [secret]).message).toBe(
        `${failed}: the server answered 400 without an OAuth error; check that the URL is a token endpoint`,
      );
    }
  });

  it.each([
    [201, "ERR_TOKEN_RESPONSE", "check that the URL is a token endpoint"],
    [204, "ERR_TOKEN_RESPONSE", "check that the URL is a token endpoint"],
    [299, "ERR_TOKEN_RESPONSE", "check that the URL is a token endpoint"],
    [300, "ERR_TOKEN_HTTP", "redirects are not followed: give the final URL"],
    [404, "ERR_TOKEN_HTTP", "check the path of the URL"],
    [408, "ERR_TOKEN_HTTP", "try again later"],
  ])("says what to do about %i without an OAuth error", (status, code, advice) => {
    const error = errorOf({}, [], status);
    expect(error).toMatchObject({ code, status, retryable: status === 408 });
    expect(error.message).toBe(
      `${failed}: the server answered ${status} without an OAuth error; ${advice}`,
    );
  });

  it("calls a success with an error that is no code unusable", () => {
    const error = errorOf({ error: "SENTINEL" }, [], 200);
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE" });
    expect(error.message).not.toContain("SENTINEL");
  });

  it.each([
    [400, "bad_thing", /400 bad_thing: "why"$/],
    [401, "bad_thing", /401 bad_thing: "why"; check how the client authenticates$/],
    [404, "bad_thing", /; check the path of the URL$/],
    [429, "slow_down", /; try again later$/],
    [503, "temporarily_unavailable", /; try again later$/],
    [401, "invalid_client", /; check "clientId"/],
  ])(
    "keeps the advice of the status for a code that says nothing: %i %s",
    (status, code, message) => {
      const error = errorOf({ error: code, error_description: "why" }, [], status);
      expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError: code });
      expect(error.message).toMatch(message);
    },
  );

  const claims = '{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}';
  it.each<[string, unknown, string | undefined]>([
    ["a text", claims, claims],
    ["an object", JSON.parse(claims), claims],
    ["base64", Buffer.from(claims).toString("base64"), Buffer.from(claims).toString("base64")],
    ["4,096 characters", `{"a":"${"a ".repeat(2_044)}"}`, `{"a":"${"a ".repeat(2_044)}"}`],
    ["4,097 characters", `{"a":"${"a ".repeat(2_044)}b"}`, undefined],
    ["nothing", "", undefined],
    ["a line break", `${claims}\n`, undefined],
    ["a word", "xyz", undefined],
    ["a list", [], undefined],
    ["a list as text", "[]", undefined],
    ["a number", 7, undefined],
    ["null", null, undefined],
    ["the secret", `{"x":"sentinel-0123456789"}`, undefined],
    [
      "the secret in base64",
      Buffer.from('{"x":"a sentinel-0123456789"}').toString("base64"),
      undefined,
    ],
    ["a JWT", "eyJhbGciOiJFUzI1NiJ9.e30.", undefined],
  ])("passes on claims that are %s", (_, given, expected) => {
    const body = { error: "interaction_required", claims: given, suberror: "basic_action" };
    const error = errorOf(body, ["sentinel-0123456789"]);
    expect(error.claims).toBe(expected);
    expect("claims" in error).toBe(expected !== undefined);
    expect(error.suberror).toBe("basic_action");
    expect(error.message).not.toContain("capolids");
  });

  it.each(["Basic Action", "sentinel_abcdefgh", "x".repeat(80), 7, ""])(
    "passes on no suberror %j",
    (suberror) => {
      const error = errorOf({ error: "invalid_grant", suberror }, ["sentinel_abcdefgh"]);
      expect(error).not.toHaveProperty("suberror");
    },
  );

  it("leaves both out where a server sends neither", () => {
    const error = errorOf({ error: "invalid_grant" }, []);
    expect(error).not.toHaveProperty("claims");
    expect(error).not.toHaveProperty("suberror");
  });

  it.each(["access_token", "refresh_token", "id_token", "device_code", "client_secret"])(
    "shows nothing of the %s beside the error",
    (member) => {
      const body = {
        error: "invalid_grant",
        error_description: "is sentinel-0123",
        [member]: "sentinel-0123",
      };
      expect(errorOf(body, []).message).not.toContain("sentinel");
    },
  );
});

function inspectedHead(error: Error): string {
  return inspect(error, { depth: null, showHidden: true }).split("\n    at ")[0] ?? "";
}

function lettersOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, "");
}
