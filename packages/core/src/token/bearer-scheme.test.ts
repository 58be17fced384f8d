import { describe, expect, it } from "vitest";
import { createAccessToken } from "./access-token.ts";
import { bearerHeader, isBearerType, withoutBearer } from "./bearer-scheme.ts";

describe("bearerHeader", () => {
  it.each(["urn:ietf:params:oauth:token-type:refresh_token", "SAML2"])(
    "presents no token that was issued as %s",
    (issuedTokenType) => {
      const token = createAccessToken({ token: "sentinel", issuedTokenType });
      const present = () => bearerHeader(token);
      expect(present).toThrow(
        expect.objectContaining({
          code: "ERR_TOKEN_TYPE_UNSUPPORTED",
          message: expect.stringMatching(/which an API must not get$/),
        }),
      );
      expect(present).not.toThrow(/sentinel/);
    },
  );
});

describe("isBearerType", () => {
  it.each([
    ["bearer", undefined, true],
    ["BEARERTOKEN", undefined, true],
    ["DPoP", undefined, false],
    ["BearerToken", [], false],
    ["jwt", ["JWT"], true],
  ])("of %j with %j: %j", (type, synonyms, expected) => {
    expect(isBearerType(type, synonyms)).toBe(expected);
  });
});

describe("withoutBearer", () => {
  it.each([
    ["Bearer abc", "abc"],
    [" bearer  BEARER abc ", "abc"],
    ["Bearer", ""],
    // It stands elsewhere than in front: a part of the token, or none.
    ["abc-bearer def", "abc-bearer def"],
    ["abc bearer", "abc bearer"],
    ["bearerabc", "bearerabc"],
  ])("makes of %j %j", (text, token) => {
    expect(withoutBearer(text)).toBe(token);
  });
});
