import { describe, expect, expectTypeOf, it } from "vitest";
import { cachedScript } from "../cache/cached-script.test-support.ts";
import { createAccessToken } from "../token/access-token.ts";
import { toHeaders } from "./to-headers.ts";

describe("toHeaders", () => {
  it("resolves the header, which fits wherever headers are wanted", async () => {
    const { cache, source } = cachedScript();
    const request = { subjectToken: "alice", audience: ["orders"] };
    expect(await toHeaders(cache, request)).toEqual({ authorization: "Bearer token-1" });
    expect(source.calls[0]?.request).toEqual(request);
    expectTypeOf(toHeaders).returns.resolves.toExtend<Record<string, string>>();
    expectTypeOf(toHeaders).returns.resolves.toExtend<RequestInit["headers"]>();
  });

  it("asks the request function at each call, and hands the options on", async () => {
    const { cache, source } = cachedScript();
    const users = ["alice", "bob"];
    const request = () => ({ subjectToken: users.shift() ?? "" });
    await toHeaders(cache, request);
    await toHeaders(cache, request, { minValidityMs: 7 });
    expect(source.calls.map((call) => call.request?.subjectToken)).toEqual(["alice", "bob"]);
    await expect(
      toHeaders(cache, request, { signal: AbortSignal.abort("enough") }),
    ).rejects.toThrow();
  });

  it("ends the wait for the request function with the signal", async () => {
    const { cache } = cachedScript();
    const signal = AbortSignal.abort("enough");
    const request = () => new Promise<never>(() => {});
    await expect(toHeaders(cache, request, { signal })).rejects.toBe("enough");
  });

  it.each([
    ["is no bearer token", { tokenType: "N_A", token: "sentinel" }, "ERR_TOKEN_TYPE_UNSUPPORTED"],
    ["fits no header", { token: "sentinel\u{1f512}" }, "ERR_TOKEN_RESPONSE"],
  ] as const)("fails if the token %s", async (_, token, code) => {
    const source = { identity: undefined, getToken: async () => createAccessToken(token) };
    const error = await toHeaders(source).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain("sentinel");
  });

  it("fails if the request function returns none", async () => {
    const { cache, source } = cachedScript();
    await expect(toHeaders(cache, () => undefined as never)).rejects.toMatchObject({
      code: "ERR_TOKEN_SUBJECT_REQUIRED",
    });
    expect(source.calls).toEqual([]);
  });
});

describe("toHeaders: what it refuses", () => {
  it("refuses options that there are none of, before it asks", async () => {
    const { cache, source } = cachedScript();
    const misspelt = { minValidityMS: 1 } as never;
    await expect(toHeaders(cache, {}, misspelt)).rejects.toThrow('did you mean "minValidityMs"?');
    await expect(toHeaders(cache, {}, new AbortController().signal as never)).rejects.toThrow(
      "not an instance of AbortSignal",
    );
    await expect(toHeaders({} as never)).rejects.toThrow('"source" must be a token source');
    expect(source.calls).toEqual([]);
  });

  it.each([undefined, { access_token: "sentinel" }, { token: "" }])(
    "makes no header of %o",
    async (answer) => {
      const source = { identity: undefined, getToken: async () => answer as never };
      const error = await toHeaders(source).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE" });
      expect(String(error)).not.toContain("sentinel");
    },
  );
});
