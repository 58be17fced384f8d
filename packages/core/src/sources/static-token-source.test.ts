import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it } from "vitest";
import { tokenSourceContract } from "../testing/token-source-contract.ts";
import { createAccessToken } from "../token/access-token.ts";
import { fingerprint } from "../token/digest.ts";
import { staticTokenSource } from "./static-token-source.ts";

describe("staticTokenSource", () => {
  const create = () => ({ source: staticTokenSource("s3ntinel"), renews: false });
  for (const { name, run } of tokenSourceContract(create)) it(name, run);

  it("yields its token, from a string or with all its members", async () => {
    expect((await staticTokenSource("abc").getToken({})).token).toBe("abc");
    const expiresAt = Date.now() + 60_000;
    const init = { token: "abc", expiresAt, scope: ["a"] };
    expect(await staticTokenSource(init).getToken()).toMatchObject({ expiresAt, scope: ["a"] });
  });

  it.each([
    ["its expiry", { token: "s3ntinel", expiresAt: 5 }],
    ["its own exp", unsignedJwt({ exp: 5 })],
    ["its own exp, whatever else is said", { token: unsignedJwt({ exp: 5 }), expiresAt: 2 ** 42 }],
  ])("yields no token after %s", async (_, token) => {
    const call = staticTokenSource(token).getToken();
    await expect(call).rejects.toMatchObject({ code: "ERR_TOKEN_CREDENTIAL", retryable: false });
    await expect(call).rejects.not.toThrow("s3ntinel");
  });

  it("has an identity that tells two tokens apart without showing them", () => {
    expect(staticTokenSource("abc").identity).toBe(`static:${fingerprint("abc")}`);
    expect(staticTokenSource("abd").identity).not.toBe(staticTokenSource("abc").identity);
  });

  const request = {
    subjectToken: "alice",
    principal: "alice",
    audience: ["a"],
    resource: ["urn:r"],
    scope: ["s"],
    tenant: "t",
  };
  for (const [field, value] of Object.entries(request)) {
    it(`refuses "${field}", which it does not support`, async () => {
      const call = staticTokenSource("abc").getToken({ [field]: value });
      await expect(call).rejects.toThrow(TypeError);
      await expect(call).rejects.toThrow(`"${field}"`);
    });
  }

  it("fails once a server has refused its token, and not for another's", async () => {
    const source = staticTokenSource("abc");
    const rejected = await source.getToken();
    await expect(source.getToken({}, { rejected })).rejects.toMatchObject({
      code: "ERR_TOKEN_REJECTED",
      retryable: false,
    });
    const other = await staticTokenSource("abd").getToken();
    expect(await source.getToken({}, { rejected: other })).toBe(rejected);
  });

  it("refuses an empty token", () => {
    expect(() => staticTokenSource("")).toThrow('"token"');
    expect(() => staticTokenSource({ token: " " })).toThrow('"token"');
  });

  it.each([
    ["TOKEN=s3ntinel", /"token" is a line NAME=value; give the token alone/],
    [{ token: '{"access_token":"s3ntinel"}' }, /"token" is a JSON document/],
    [createAccessToken({ token: "'s3ntinel'" }), /"token" is quoted text/],
    ["“s3ntinel”", /"token" is text with spaces, control characters or characters beyond ASCII/],
    ["s3ntinel b", /"token" is text with spaces/],
    [{ token: "ssh-rsa s3ntinel" }, /"token" is text with spaces/],
    [createAccessToken({ token: "s3ntinel\u200b" }), /"token" is text with spaces/],
  ])("refuses what is no token by its structure (%#)", (token, why) => {
    const create = () => staticTokenSource(token);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(why);
    expect(create).not.toThrow("s3ntinel");
  });
});
