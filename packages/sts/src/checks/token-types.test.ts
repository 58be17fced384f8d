import { expect, it } from "vitest";
import { tokenTypes } from "./token-types.ts";

it("tokenTypes are the registered names", () => {
  const prefix = "urn:ietf:params:oauth:token-type:";
  expect(tokenTypes).toEqual({
    accessToken: `${prefix}access_token`,
    refreshToken: `${prefix}refresh_token`,
    idToken: `${prefix}id_token`,
    saml1: `${prefix}saml1`,
    saml2: `${prefix}saml2`,
    jwt: `${prefix}jwt`,
    idJag: `${prefix}id-jag`,
  });
  expect(Object.isFrozen(tokenTypes)).toBe(true);
});
