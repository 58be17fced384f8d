import type { TokenEvent } from "@agent-oauth/core";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it } from "vitest";
import type { StsTokenSourceOptions } from "../exchange/sts-options.ts";
import { issue, stsAndSource } from "../sts.test-support.ts";
import { tokenTypes } from "./token-types.ts";

const subjectToken = unsignedJwt({ sub: "alice" });

async function answered(issued: string | undefined, options: Partial<StsTokenSourceOptions> = {}) {
  const told: TokenEvent[] = [];
  const { sts, source } = await stsAndSource({ ...options, onEvent: (event) => told.push(event) });
  sts.respond = issue({ issued_token_type: issued });
  const ask = () => source.getToken({ subjectToken, audience: ["orders"] });
  return { ask, told, source };
}

const mismatch = { type: "issued-type-mismatch", audience: ["orders"], at: expect.any(Number) };

describe("checkIssuedType", () => {
  it.each([
    ["", undefined, /has no "issued_token_type"/],
    [" ", tokenTypes.accessToken, /has no "issued_token_type"/],
    [undefined, undefined, /has no "issued_token_type".*"issuedTypeMismatch" can allow it$/],
    [tokenTypes.jwt, tokenTypes.accessToken, /issued "urn:.*:jwt", not "urn:.*:access_token" as/],
    ["sentinel-token", tokenTypes.accessToken, /the STS issued another type, not/],
  ])("by default refuses %j where %j was asked for", async (issued, requested, message) => {
    const options = requested && { requestedTokenType: requested };
    const { ask, told } = await answered(issued, options);
    const error: unknown = await ask().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", status: 200, retryable: false });
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain("sentinel");
    expect(told).toMatchObject([mismatch]);
  });

  it.each([
    [undefined, undefined],
    [tokenTypes.jwt, tokenTypes.accessToken],
  ])("by option emits an event for %j where %j was asked for", async (issued, requested) => {
    const options = requested && { requestedTokenType: requested };
    const { ask, told, source } = await answered(issued, {
      ...options,
      issuedTypeMismatch: "event",
    });
    expect(await ask()).toMatchObject({ tokenType: "Bearer" });
    expect(told).toMatchObject([{ ...mismatch, identity: source.identity }]);
  });

  it.each(["event", "error"] as const)("says nothing of what was asked for: %s", async (policy) => {
    const { ask, told } = await answered(tokenTypes.jwt, {
      requestedTokenType: tokenTypes.jwt,
      issuedTypeMismatch: policy,
    });
    await ask();
    expect(told).toEqual([]);
  });

  it.each(["refreshToken", "saml1", "saml2"] as const)(
    "lets no policy hand out a %s as a bearer token, requested or not",
    async (kind) => {
      for (const more of [{}, { requestedTokenType: tokenTypes[kind] }]) {
        const options = { ...more, issuedTypeMismatch: "event" } as const;
        const { ask } = await answered(tokenTypes[kind], options);
        await expect(ask()).rejects.toMatchObject({ code: "ERR_TOKEN_TYPE_UNSUPPORTED" });
      }
    },
  );

  it.each([
    "refresh_token",
    tokenTypes.refreshToken.toUpperCase(),
    `${tokenTypes.refreshToken}\t`,
    "saml2",
    "urn:ietf:params:oauth:token-type:saml",
    "urn:oasis:names:tc:SAML:2.0:assertion",
  ])("knows such a token in every spelling: %j", async (issued) => {
    const { ask } = await answered(issued, { issuedTypeMismatch: "event" });
    await expect(ask()).rejects.toMatchObject({ code: "ERR_TOKEN_TYPE_UNSUPPORTED" });
  });
});
