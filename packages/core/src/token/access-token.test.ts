import { describe, expect, expectTypeOf, it } from "vitest";
import { type AccessToken, createAccessToken, isIssuedToken } from "./access-token.ts";
import { fingerprint } from "./digest.ts";

describe("createAccessToken", () => {
  it("fills in the defaults and leaves out what is absent", () => {
    const token = createAccessToken({ token: "abc" });
    expect(token.token).toBe("abc");
    expect({ ...token }).toEqual({
      tokenType: "Bearer",
      expiresAt: undefined,
      fingerprint: fingerprint("abc"),
    });
    expect(Object.keys(createAccessToken({ token: "abc", scope: undefined } as never))).toEqual(
      Object.keys(token),
    );
  });

  it("keeps every member, also those it does not know", () => {
    const confirmation = { x5tS256: "thumbprint" };
    const token = createAccessToken({
      token: "abc",
      tokenType: "N_A",
      expiresAt: 5,
      scope: ["a"],
      issuedTokenType: "urn:ietf:params:oauth:token-type:jwt",
      confirmation,
      gatewayUrl: "https://gw.example",
    });
    expect(token).toMatchObject({ tokenType: "N_A", expiresAt: 5, scope: ["a"], confirmation });
    expectTypeOf(token.gatewayUrl).toBeString();
    expect(token.gatewayUrl).toBe("https://gw.example");
  });

  it("is frozen, and its token cannot be replaced", () => {
    const token = createAccessToken({ token: "abc", gatewayUrl: "https://gw.example" });
    expect(Object.isFrozen(token)).toBe(true);
    expect(() => Object.assign(token, { token: "other" })).toThrow(TypeError);
    expect(() => Object.assign(token, { gatewayUrl: "x" })).toThrow(TypeError);
    expect(token.token).toBe("abc");
  });

  it("works out the fingerprint itself", () => {
    const token = createAccessToken({ token: "abc", fingerprint: "forged" } as { token: string });
    expect(token.fingerprint).toBe(fingerprint("abc"));
  });

  for (const token of ["", " ", undefined, null, 42, {}]) {
    it(`refuses ${JSON.stringify(token)} for a token`, () => {
      expect(() => createAccessToken({ token: token as string })).toThrow(TypeError);
      expect(() => createAccessToken({ token: token as string })).toThrow('"token"');
    });
  }
});

describe("isIssuedToken", () => {
  it("tells tokens made here from look-alikes", () => {
    const token = createAccessToken({ token: "abc" });
    expect(isIssuedToken(token)).toBe(true);
    expect(isIssuedToken({ ...token, token: "abc" } as AccessToken)).toBe(false);
    expect(isIssuedToken(Object.create(token) as AccessToken)).toBe(false);
  });

  it.each([
    ["expiresat", "expiresAt"],
    ["scopes", "scope"],
    ["tokentype", "tokenType"],
    ["expiresIn", "expiresAt"],
  ])("refuses %s, and suggests %s", (name, meant) => {
    expect(() => createAccessToken({ token: "t", [name]: 5 })).toThrow(
      new TypeError(
        `Cannot create an access token: there is no member "${name}"; did you mean "${meant}"?`,
      ),
    );
  });
});
