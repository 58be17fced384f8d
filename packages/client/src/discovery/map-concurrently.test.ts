import { describe, expect, it } from "vitest";
import { mapConcurrently } from "./map-concurrently.ts";

describe("mapConcurrently", () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [9, 5],
  ])("with a limit of %i maps %i items at a time, and keeps their order", async (limit, most) => {
    const waiting: (() => void)[] = [];
    let counted = 0;
    const mapping = mapConcurrently([1, 2, 3, 4, 5], {
      limit,
      map: async (item) => {
        counted++;
        await new Promise<void>((resolve) => waiting.push(resolve));
        return item * 10;
      },
    });
    expect(counted).toBe(most);
    while (counted < 5 || waiting.length > 0) {
      waiting.pop()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await mapping).toEqual([10, 20, 30, 40, 50]);
  });

  it("maps nothing to nothing", async () => {
    expect(await mapConcurrently([], { limit: 3, map: async () => 1 })).toEqual([]);
  });
});
