import { inspect } from "node:util";
import type { TokenEvent } from "@agent-oauth/core";
import { tokenSourceContract } from "@agent-oauth/core/testing";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it } from "vitest";
import { propagatingTokenSource } from "./propagating-token-source.ts";

describe("propagatingTokenSource", () => {
  const contract = tokenSourceContract(() => ({
    source: propagatingTokenSource(),
    request: { subjectToken: "subject" },
    renews: false,
  }));
  for (const { name, run } of contract) it(name, run);

  it("hands on the subject token with its expiry, even if that has passed", async () => {
    const subjectToken = unsignedJwt({ exp: 100 });
    const token = await propagatingTokenSource().getToken({
      subjectToken: `Bearer ${subjectToken}`,
    });
    expect(token).toMatchObject({ token: subjectToken, tokenType: "Bearer", expiresAt: 100_000 });
  });

  it.each([
    [unsignedJwt({ exp: 100 }), 200_000, 100_000],
    [unsignedJwt({ exp: 100 }), 50_000, 50_000],
    ["opaque", 50_000, 50_000],
    ["opaque", undefined, undefined],
  ])("takes the earliest expiry that is known of %s", async (subjectToken, stated, expiresAt) => {
    const options = stated === undefined ? {} : { subjectExpiresAt: stated };
    const token = await propagatingTokenSource().getToken({ subjectToken }, options);
    expect(token.expiresAt).toBe(expiresAt);
  });

  it("needs a subject", async () => {
    await expect(propagatingTokenSource().getToken()).rejects.toMatchObject({
      code: "ERR_TOKEN_SUBJECT_REQUIRED",
    });
  });

  it.each([{ scope: ["read"] }, { tenant: "t" }])("refuses %j", async (refused) => {
    const asked = propagatingTokenSource().getToken({ subjectToken: "s", ...refused });
    await expect(asked).rejects.toThrow(TypeError);
    await expect(asked).rejects.toThrow(Object.keys(refused)[0]);
  });

  it.each([
    [unsignedJwt({ aud: ["orders"] }), 0],
    [unsignedJwt({ aud: "else" }), 1],
    ["opaque", 0],
  ])("checks the audience of %s", async (subjectToken, times) => {
    const events: TokenEvent[] = [];
    const onEvent = (event: TokenEvent) => events.push(event);
    const request = { subjectToken, audience: ["orders"] };
    await propagatingTokenSource({ onEvent }).getToken(request);
    expect(events.map(({ type }) => type)).toEqual(Array(times).fill("audience-mismatch"));
    const strict = propagatingTokenSource({ audienceMismatch: "error" }).getToken(request);
    if (times === 0) await expect(strict).resolves.toBeDefined();
    else await expect(strict).rejects.toMatchObject({ code: "ERR_TOKEN_AUDIENCE" });
  });

  it.each([
    ["a control character", "sentinel\u0000"],
    ["a line break", "sentinel\r\nx: y"],
    ["too many characters", `sentinel${"x".repeat(65_536)}`],
  ])("takes no subject token with %s", async (_, subjectToken) => {
    const error: unknown = await propagatingTokenSource()
      .getToken({ subjectToken })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false });
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(
        /"subjectToken" is (?:text with spaces, control|longer than any header)/,
      ),
    );
    expect(inspect(error)).not.toContain("sentinel");
  });

  it("names five audiences of those that are missing, however many there are", async () => {
    const audience = Array.from({ length: 5_000 }, (_, i) => `${i}-${"x".repeat(1_000)}`);
    const subjectToken = unsignedJwt({ aud: "else" });
    const strict = propagatingTokenSource({ audienceMismatch: "error" });
    const error = await strict.getToken({ subjectToken, audience }).catch((reason) => reason);
    expect(error.message).toMatch(/does not contain "0-x+…", .* and 4,995 more; have the STS/);
    expect(error.message.length).toBeLessThan(1_000);
  });

  it.each(["“sentinel”", "sentinel b", "ssh-rsa sentinel", "sentinelé", "sentinel\u200b"])(
    "hands on nothing that no header can carry: %j",
    async (subjectToken) => {
      const call = propagatingTokenSource().getToken({ subjectToken });
      await expect(call).rejects.toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false });
      await expect(call).rejects.toThrow(/"subjectToken" is text with spaces/);
      await expect(call).rejects.not.toThrow("sentinel");
    },
  );

  it("hands on nothing that is no token by its structure", async () => {
    const call = propagatingTokenSource().getToken({ subjectToken: '{"sentinel":1}' });
    await expect(call).rejects.toMatchObject({
      code: "ERR_TOKEN_RESPONSE",
      message: 'Cannot hand on a token: "subjectToken" is a JSON document',
    });
  });

  it.each([
    [{ audienceMismatch: "warn" }, /"audienceMismatch"/],
    [{ onEvent: {} }, /"onEvent" must be a function/],
  ])("refuses %j", (wrong, message) => {
    expect(() => propagatingTokenSource(wrong as object)).toThrow(TypeError);
    expect(() => propagatingTokenSource(wrong as object)).toThrow(message);
  });
});
