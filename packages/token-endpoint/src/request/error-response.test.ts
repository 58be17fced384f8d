import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorResponse } from "./error-response.ts";

const failed = "Cannot get an access token from https://as.example/token";

function errorOf(body: object, secrets: readonly string[]) {
  return errorResponse({
    failed,
    status: 400,
    body,
    retryAfterMs: undefined,
    label: "token endpoint",
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
