import { describe, expect, it } from "vitest";
import { OAuthError, safeDescription } from "./oauth-error.ts";

describe("safeDescription (RFC 6749 §5.2)", () => {
  it("lets exactly the allowed characters through", () => {
    for (let code = 0; code <= 0x10_ff_ff; code++) {
      if (code >= 0xd8_00 && code <= 0xdf_ff) continue;
      const character = String.fromCodePoint(code);
      const isAllowed =
        code === 0x20 ||
        code === 0x21 ||
        (code >= 0x23 && code <= 0x5b) ||
        (code >= 0x5d && code <= 0x7e);
      if (safeDescription(character) !== (isAllowed ? character : "?")) {
        expect.fail(`U+${code.toString(16)} became ${JSON.stringify(safeDescription(character))}`);
      }
    }
    expect(safeDescription("\ud800")).toBe("?");
  });

  it("ends after 200 characters", () => {
    expect(safeDescription("x".repeat(201))).toBe("x".repeat(200));
  });
});

describe("OAuthError", () => {
  it("becomes a JSON response that no cache may keep", async () => {
    const response = new OAuthError("invalid_scope", 'no "such" scope').toResponse();
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("pragma")).toBe("no-cache");
    expect(await response.json()).toEqual({
      error: "invalid_scope",
      error_description: "no ?such? scope",
    });
  });
});
