import { cachingTokenSource } from "@agent-oauth/core";
import { createFakeClock } from "@agent-oauth/core/testing";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it, onTestFinished } from "vitest";
import { issue, stsAndSource } from "../sts.test-support.ts";
import { propagatingTokenSource } from "./propagating-token-source.ts";

describe.each([
  [{ expires_in: 3_600, own: 600, subject: 3_600 }],
  [{ expires_in: 600, own: 3_600, subject: 3_600 }],
  [{ expires_in: undefined, own: 600, subject: 3_600 }],
  [{ expires_in: 3_600, own: 3_600, subject: 600 }],
])("an exchanged token with the lifetimes %j", ({ expires_in, own, subject }) => {
  it("is served until the earliest of them", async () => {
    const clock = createFakeClock(Math.ceil(Date.now() / 1_000) * 1_000);
    const start = clock.now() / 1_000;
    const { sts, source } = await stsAndSource({ clock });
    const tokens = cachingTokenSource(source, { clock, expiryBufferMs: 0 });
    onTestFinished(() => tokens.close());
    sts.respond = (response, request, count) =>
      issue({ expires_in }, { exp: start + own })(response, request, count);
    const request = { subjectToken: unsignedJwt({ exp: start + subject }) };
    const token = await tokens.getToken(request);
    clock.advance(599_000);
    expect(await tokens.getToken(request)).toBe(token);
    clock.advance(1_000);
    expect(await tokens.getToken(request)).not.toBe(token);
  });
});

describe("a propagated token", () => {
  it("is served from the cache until its own exp, or until the caller says that it expires", async () => {
    const clock = createFakeClock(Math.ceil(Date.now() / 1_000) * 1_000);
    const tokens = cachingTokenSource(propagatingTokenSource({ clock }), { clock });
    onTestFinished(() => tokens.close());
    const subjectToken = unsignedJwt({ exp: clock.now() / 1_000 + 3_600 });
    const options = { subjectExpiresAt: clock.now() + 600_000 };
    const { expiresAt } = await tokens.getToken({ subjectToken }, options);
    expect(expiresAt).toBe(clock.now() + 600_000);
  });
});
