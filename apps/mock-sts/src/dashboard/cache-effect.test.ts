import { describe, expect, it } from "vitest";
import { cacheEffect } from "../../ui/cache-effect.js";

describe("cacheEffect", () => {
  it.each([
    [0, 0, "–"],
    [3, 0, "–"],
    [0, 250, "0"],
    [1, 250, "1 request per 250 calls"],
    [2, 25_000, "1 request per 12500 calls"],
    [2, 23, "1 request per 12 calls"],
    [99, 1_000, "1 request per 10 calls"],
    [1, 10, "0.10"],
    [2, 8, "0.25"],
    [8, 8, "1.00"],
    [9, 4, "2.25"],
  ])("tells %i token requests and %i tool calls as %s", (tokenRequests, toolCalls, figure) => {
    expect(cacheEffect({ tokenRequests, toolCalls }).figure).toBe(figure);
  });

  it("names what the figure counts", () => {
    const labels = [25, 2_500].map(
      (toolCalls) => cacheEffect({ tokenRequests: 10, toolCalls }).label,
    );
    expect(labels).toEqual(["token requests per tool call", "token requests and tool calls"]);
  });
});
