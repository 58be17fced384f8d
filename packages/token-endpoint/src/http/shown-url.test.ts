import { describe, expect, it } from "vitest";
import { shownUrl } from "./shown-url.ts";

describe("shownUrl", () => {
  it("leaves out the query, and cuts what metadata made long", () => {
    expect(shownUrl(new URL("https://as.example/token?key=sentinel"))).toBe(
      "https://as.example/token",
    );
    const long = shownUrl(new URL(`https://as.example/${"x".repeat(100_000)}`));
    expect(long).toMatch(/^https:\/\/as\.example\/x+…$/);
    expect(long).toHaveLength(201);
  });
});
