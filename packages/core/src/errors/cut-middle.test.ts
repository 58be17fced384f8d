import { describe, expect, it } from "vitest";
import { cutMiddle } from "./cut-middle.ts";

describe("cutMiddle", () => {
  it.each([0, 1, 20])("leaves %i characters as they are", (length) => {
    expect(cutMiddle("x".repeat(length), 20)).toBe("x".repeat(length));
  });

  it("keeps both ends within the limit, and marks the cut", () => {
    expect(cutMiddle("abcdefghijklmnopqrstu", 20)).toBe("abcdefgh […] opqrstu");
    expect(cutMiddle("abcdefghijklmnopqrstu", 19)).toBe("abcdefg […] opqrstu");
    expect(cutMiddle(`begin${"x".repeat(100_000)}end`, 500)).toMatch(/^beginx+ \[…\] x+end$/);
    expect(cutMiddle("x".repeat(501), 500)).toHaveLength(500);
  });
});
