import { inspect } from "node:util";
import { TokenError } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { type CallerOptions, resolveCaller } from "./caller.ts";

/** As JavaScript may call it. */
const resolve = (options: unknown) => resolveCaller(options as CallerOptions);

describe("resolveCaller", () => {
  it.each([
    ["nobody", {}, {}],
    ["a token", { userToken: "t" }, { subjectToken: "t" }],
    ["a token with its scheme", { userToken: "Bearer t" }, { subjectToken: "t" }],
    ["another spelling of the scheme", { userToken: " bearer  t " }, { subjectToken: "t" }],
    ["a token that begins like the scheme", { userToken: "bearers" }, { subjectToken: "bearers" }],
    ["a function", { userToken: () => "t" }, { subjectToken: "t" }],
    ["an async function", { userToken: async () => "Bearer t" }, { subjectToken: "t" }],
    ["a tenant", { tenant: "acme" }, { tenant: "acme" }],
    ["a function for the tenant", { tenant: async () => "acme" }, { tenant: "acme" }],
    [
      "all of it",
      { userToken: "t", principal: "alice", tenant: "acme", signal: 1 },
      { subjectToken: "t", principal: "alice", tenant: "acme" },
    ],
  ])("takes %s", async (_, options, caller) => {
    expect(await resolve(options)).toEqual(caller);
  });

  const empty: readonly [string, unknown][] = [
    ["undefined", undefined],
    ["null", null],
    ["an empty string", ""],
    ["a blank string", " \n"],
    ["a number", 1],
    ["a function that yields undefined", () => undefined],
    ["a function that yields a blank", () => " "],
    ["an async function that yields null", async () => null],
  ];
  it.each(empty)("refuses a user token that is %s", async (_, userToken) => {
    const refusal = resolve({ userToken });
    await expect(refusal).rejects.toBeInstanceOf(TypeError);
    await expect(refusal).rejects.toThrow('"userToken"');
  });
  const document = '{"access_token":"sentinel"}';
  it.each([
    ["is", document, /"userToken" is a JSON document; give the token alone/],
    ["is", "Bearer undefined", /"userToken" is what a missing value/],
    ["yields", () => "AGENT_TOKEN=sentinel", /"userToken" yields a line NAME=value/],
    ["yields", async () => "<html>sentinel", /"userToken" yields HTML or XML/],
  ])("refuses a user token that %s something else by its structure", async (way, given, why) => {
    const refusal = await resolve({ userToken: given }).catch((thrown: unknown) => thrown);
    const kind = way === "is" ? { name: "TypeError" } : { code: "ERR_TOKEN_PROVIDER" };
    expect(refusal).toMatchObject(kind);
    expect(String(refusal)).toMatch(why);
    expect(inspect(refusal, { depth: null })).not.toContain("sentinel");
  });
  it.each(empty)("refuses a tenant that is %s", async (_, tenant) => {
    const refusal = resolve({ userToken: "t", tenant });
    await expect(refusal).rejects.toBeInstanceOf(TypeError);
    await expect(refusal).rejects.toThrow('"tenant"');
  });
  it.each(["Bearer", "bearer  "])("refuses the user token %j", async (userToken) => {
    await expect(resolve({ userToken })).rejects.toThrow('"userToken" is blank after "Bearer"');
  });
  it.each([" ", 1, null])("refuses the principal %j", async (principal) => {
    await expect(resolve({ userToken: "t", principal })).rejects.toThrow('"principal"');
  });
  it("refuses a principal without a user", async () => {
    await expect(resolve({ principal: "alice" })).rejects.toThrow('"userToken" is needed');
  });

  it("reports that a function failed, without what it said", async () => {
    const fail = () => {
      throw Object.assign(new Error("sentinel"), { code: "EFOO" });
    };
    const error = await resolve({ userToken: fail }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "ERR_TOKEN_PROVIDER", cause: { code: "EFOO" } });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("sentinel");
  });

  it("passes on a TokenError of a function", async () => {
    const failure = new TokenError("ERR_TOKEN_NOT_READY", "Cannot get the user's token yet");
    await expect(resolve({ userToken: () => Promise.reject(failure) })).rejects.toBe(failure);
  });
});
