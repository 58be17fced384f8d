import { describe, expect, it } from "vitest";
import { parseRetryAfter } from "./retry-after.ts";

const NOW = Date.UTC(2026, 0, 1, 12);
const DAY_MS = 86_400_000;

describe("parseRetryAfter", () => {
  it.each([
    [null, undefined],
    ["", undefined],
    ["0", 0],
    [" 2 ", 2_000],
    ["99999999999999999999", DAY_MS],
    ["Thu, 01 Jan 2026 12:00:03 GMT", 3_000],
    ["Thu, 01 Jan 2026 11:59:59 GMT", 0],
    ["Thu, 01 Jan 2036 12:00:00 GMT", DAY_MS],
    ["Thursday, 01-Jan-26 12:00:04 GMT", 4_000],
    ["Thu Jan  1 12:00:05 2026", 5_000],
    ["Thu, 99 Foo 2026 12:00:00 GMT", undefined],
    ["-1", undefined],
    ["1.5", undefined],
    ["1e3", undefined],
    ["soon", undefined],
    ["2026-01-01T12:00:03Z", undefined],
  ])("reads %j as %j ms", (value, ms) => {
    expect(parseRetryAfter(value, NOW)).toBe(ms);
  });
});
