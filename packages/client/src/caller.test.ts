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
    ["blank", ""],
    ["blank", " \n"],
    ["a number", 1],
    ["an object", {}],
    ["a promise", Promise.resolve("t")],
  ];
  it.each(empty)("refuses a user token that is %s", async (found, userToken) => {
    const refusal = resolve({ userToken });
    await expect(refusal).rejects.toBeInstanceOf(TypeError);
    await expect(refusal).rejects.toThrow(`"userToken" is ${found}`);
    await expect(refusal).rejects.toThrow("use { system: true } if there is no user");
  });
  const document = '{"access_token":"sentinel"}';
  it.each([
    ["is", document, /"userToken" is a JSON document; give the token alone/],
    ["is", "Bearer undefined", /"userToken" is what a missing value/],
    ["returned", () => "AGENT_TOKEN=sentinel", /"userToken" returned a line NAME=value/],
    ["returned", async () => "<html>sentinel", /"userToken" returned HTML or XML/],
  ])("refuses a user token that %s something else by its structure", async (way, given, why) => {
    const refusal = await resolve({ userToken: given }).catch((thrown: unknown) => thrown);
    const kind = way === "is" ? { name: "TypeError" } : { code: "ERR_TOKEN_PROVIDER" };
    expect(refusal).toMatchObject(kind);
    expect(String(refusal)).toMatch(why);
    expect(inspect(refusal, { depth: null })).not.toContain("sentinel");
  });
  it.each(empty)("refuses a tenant that is %s", async (found, tenant) => {
    const refusal = resolve({ userToken: "t", tenant });
    await expect(refusal).rejects.toBeInstanceOf(TypeError);
    await expect(refusal).rejects.toThrow(`"tenant" is ${found}`);
    await expect(refusal).rejects.toThrow("leave it out if there is no tenant");
  });

  const REQUIRED = "ERR_TOKEN_SUBJECT_REQUIRED";
  const PROVIDER = "ERR_TOKEN_PROVIDER";
  const yields: readonly [string, unknown, string][] = [
    ["undefined", undefined, REQUIRED],
    ["null", null, REQUIRED],
    ["a blank", " ", REQUIRED],
    ["a scheme alone", "Bearer ", REQUIRED],
    ["a number", 1, PROVIDER],
    ["an object", { token: "sentinel" }, PROVIDER],
    ["a list", ["sentinel"], PROVIDER],
    ["a function", () => "sentinel", PROVIDER],
    ["a function in a promise", Promise.resolve(() => "sentinel"), PROVIDER],
  ];
  it.each(yields)("fails with a code if a function yields %s", async (_, value, code) => {
    for (const give of [() => value, async () => value]) {
      const ofUser = await resolve({ userToken: give }).catch((e: unknown) => e);
      expect(ofUser).toMatchObject({ name: "TokenError", code, retryable: false });
      expect(String(ofUser)).toContain('the function "userToken" returned');
      if (value === "Bearer ") continue;
      const ofTenant = await resolve({ userToken: "t", tenant: give }).catch((e: unknown) => e);
      expect(ofTenant).toMatchObject({ name: "TokenError", code: PROVIDER, retryable: false });
      expect(String(ofTenant)).toContain('the function "tenant" returned');
      expect(inspect([ofUser, ofTenant], { depth: null })).not.toContain("sentinel");
    }
  });

  it("takes a token out of as many promises as there are", async () => {
    const userToken = async () => Promise.resolve(Promise.resolve("t"));
    expect(await resolve({ userToken })).toEqual({ subjectToken: "t" });
  });

  it("gives the advice of its method", async () => {
    const advice = "use getSystemAuth() if there is no user";
    for (const userToken of ["", "Bearer", () => ""]) {
      await expect(resolveCaller({ userToken }, advice)).rejects.toThrow(advice);
    }
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
