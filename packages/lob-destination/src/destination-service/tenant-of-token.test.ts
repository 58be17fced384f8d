import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it } from "vitest";
import { tenantOfToken } from "./tenant-of-token.ts";

describe("tenantOfToken", () => {
  it.each([
    [{ ext_attr: { zdn: "acme" } }, "acme"],
    [{ ext_attr: { zdn: "" } }, undefined],
    [{ ext_attr: { zdn: 7 } }, undefined],
    [{}, undefined],
  ])("reads of %j %s", (claims, tenant) => {
    expect(tenantOfToken(unsignedJwt(claims))).toBe(tenant);
  });

  it("reads nothing of an opaque token", () => {
    expect(tenantOfToken("opaque")).toBeUndefined();
  });
});
