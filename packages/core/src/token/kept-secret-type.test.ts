import { describe, expect, it } from "vitest";
import { keptSecretType } from "./kept-secret-type.ts";

const urn = "urn:ietf:params:oauth:token-type:";

describe("keptSecretType", () => {
  it.each([
    `${urn}refresh_token`,
    `${urn}REFRESH_TOKEN`,
    ` ${urn}refresh_token\t`,
    "refresh_token",
    "Refresh-Token",
    "refreshToken",
  ])("knows the refresh token in %j", (type) => {
    expect(keptSecretType(type)).toBe("refresh token");
  });

  it.each([
    `${urn}saml1`,
    `${urn}SAML2`,
    `${urn}saml`,
    "saml2",
    "SAML 2.0",
    "urn:oasis:names:tc:SAML:2.0:assertion",
    "urn:oasis:names:tc:SAML:1.0:assertion",
  ])("knows the SAML assertion in %j", (type) => {
    expect(keptSecretType(type)).toBe("SAML assertion");
  });

  it.each([`${urn}access_token`, `${urn}jwt`, `${urn}id_token`, "access_token", "", undefined, 5])(
    "lets %j pass",
    (type) => {
      expect(keptSecretType(type)).toBeUndefined();
    },
  );
});
