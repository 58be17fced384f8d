import { describe, expect, it } from "vitest";
import { checkTenantSubdomain, requireTenant } from "./tenant-subdomain.ts";

describe("checkTenantSubdomain", () => {
  it.each(["a", "a".repeat(63), "A1b2C3", "tenant-123", "xn--nxasmq6b", "a--b", "0"])(
    "accepts %j",
    (tenant) => {
      expect(() => checkTenantSubdomain(tenant)).not.toThrow();
      expect(requireTenant(tenant)).toBe(tenant);
    },
  );

  it.each(
    [
      ["", "a".repeat(64), "-x", "x-", "-x-", "-", "has.dot", "has space", "under_score"],
      [
        "has/slash",
        "x\n",
        "\nx",
        "ü",
        "\u017f",
        "\u212a",
        "a@b",
        "a:1",
        "a?b",
        "a#b",
        "a\\b",
        "a%2eb",
      ],
    ].flat(),
  )("refuses %j", (tenant) => {
    expect(() => checkTenantSubdomain(tenant)).toThrowError(/"tenant" must be a subdomain/);
    expect(() => requireTenant(tenant)).toThrow(TypeError);
  });
});

describe("requireTenant", () => {
  it("names what is missing", () => {
    expect(() => requireTenant(undefined)).toThrowError(/"tenant" is missing/);
  });
});
