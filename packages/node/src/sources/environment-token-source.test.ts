import { inspect } from "node:util";
import { createFakeClock, tokenSourceContract } from "@agent-oauth/core/testing";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { afterEach, describe, expect, it, vi } from "vitest";
import { environmentTokenSource } from "./environment-token-source.ts";

const SENTINEL = "s3cr3t-sentinel";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("environmentTokenSource", () => {
  const contract = tokenSourceContract(() => ({
    source: environmentTokenSource("TOKEN", { env: { TOKEN: SENTINEL } }),
    renews: false,
  }));
  for (const { name, run } of contract) it(name, run);

  it("reads the variable at each call", async () => {
    const source = environmentTokenSource("AGENT_OAUTH_TEST_TOKEN");
    vi.stubEnv("AGENT_OAUTH_TEST_TOKEN", "Bearer first");
    expect((await source.getToken()).token).toBe("first");
    vi.stubEnv("AGENT_OAUTH_TEST_TOKEN", "second ");
    expect((await source.getToken()).token).toBe("second");
  });

  it("reads the end of a JWT, and refuses it from then on", async () => {
    const clock = createFakeClock();
    const env = { TOKEN: unsignedJwt({ exp: 1_767_225_610 }) };
    const source = environmentTokenSource("TOKEN", { env, clock });
    expect((await source.getToken()).expiresAt).toBe(1_767_225_610_000);
    clock.advance(10_000);
    await expect(source.getToken()).rejects.toMatchObject({ code: "ERR_TOKEN_CREDENTIAL" });
  });

  it.each([
    [undefined, "ERR_TOKEN_SOURCE_UNAVAILABLE", "is not set"],
    ["  ", "ERR_TOKEN_CONFIG", "TOKEN is blank"],
    ["Bearer ", "ERR_TOKEN_CREDENTIAL", "it is empty"],
    [`${SENTINEL} two`, "ERR_TOKEN_CREDENTIAL", "spaces"],
    [`"${SENTINEL}"`, "ERR_TOKEN_CREDENTIAL", "it holds quoted text; write the token alone"],
    [`Authorization: Bearer ${SENTINEL}`, "ERR_TOKEN_CREDENTIAL", 'a line "name: value"'],
    [`\${${SENTINEL}}`, "ERR_TOKEN_CREDENTIAL", "a placeholder"],
  ])("refuses the value %j", async (TOKEN, code, reason) => {
    const source = environmentTokenSource("TOKEN", { env: { TOKEN } });
    const error = await source.getToken().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(reason) });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  });

  it("answers a rejected token with another one or not at all", async () => {
    const env = { TOKEN: "first" };
    const source = environmentTokenSource("TOKEN", { env });
    const rejected = await source.getToken();
    await expect(source.getToken({}, { rejected })).rejects.toMatchObject({
      code: "ERR_TOKEN_REJECTED",
    });
    env.TOKEN = "second";
    expect((await source.getToken({}, { rejected })).token).toBe("second");
  });

  it("refuses fields it does not support", async () => {
    const source = environmentTokenSource("TOKEN", { env: { TOKEN: "token" } });
    await expect(source.getToken({ scope: ["s"] })).rejects.toThrow('does not support "scope"');
    await expect(source.getToken({ subjectToken: "user" })).rejects.toMatchObject({
      code: "ERR_TOKEN_SUBJECT_NOT_ALLOWED",
    });
  });

  it("passes an abort reason through", async () => {
    const source = environmentTokenSource("TOKEN", { env: { TOKEN: "token" } });
    const reason = new Error("enough");
    await expect(source.getToken({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("refuses a blank name", () => {
    expect(() => environmentTokenSource(" ")).toThrow(TypeError);
  });
});
