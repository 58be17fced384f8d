import { TokenError } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { describeOutcome, type Expectation, fits, type Outcome } from "./expectation.ts";

const refusal = () =>
  new TokenError("ERR_TOKEN_OAUTH", "Cannot get it: not now", { oauthError: "invalid_grant" });
const refused = refusal();
const value = { token: "t", servers: [{ name: "m" }], endsIn: 60 };

describe("fits", () => {
  it.each<[Expectation, Outcome, boolean]>([
    [{ result: { token: "t" } }, { value }, true],
    [{ result: { token: "u" } }, { value }, false],
    [{ result: { "servers.0.name": "m" } }, { value }, true],
    [{ result: { "servers.1.name": "m" } }, { value }, false],
    [{ result: { endsIn: { max: 60 } } }, { value }, true],
    [{ result: { endsIn: { max: 59 } } }, { value }, false],
    [{ result: { token: { max: 60 } } }, { value }, false],
    [{ result: {} }, { error: refused }, false],
    [{ error: {} }, { value }, false],
    [{ error: { code: "ERR_TOKEN_OAUTH", oauthError: "invalid_grant" } }, { error: refused }, true],
    [{ error: { code: ["TypeError", "ERR_TOKEN_OAUTH"] } }, { error: refused }, true],
    [{ error: { code: "ERR_TOKEN_HTTP" } }, { error: refused }, false],
    [{ error: { oauthError: "invalid_client" } }, { error: refused }, false],
    [{ error: { claims: "{}" } }, { error: refused }, false],
    [{ error: { claims: "{}" } }, { error: Object.assign(refusal(), { claims: "{}" }) }, true],
    [{ error: { message: "NOT now|later" } }, { error: refused }, true],
    [{ error: { message: "later" } }, { error: refused }, false],
    [{ error: { code: "TypeError" } }, { error: new TypeError("x") }, true],
  ])("%j, %j: %s", (expected, outcome, verdict) => {
    expect(fits(expected, outcome)).toBe(verdict);
  });
});

describe("describeOutcome", () => {
  it("says what came in one line", () => {
    expect(describeOutcome({ value: { token: "t" } })).toBe('{"token":"t"}');
    expect(describeOutcome({ error: refused })).toBe("ERR_TOKEN_OAUTH: Cannot get it: not now");
  });
});
