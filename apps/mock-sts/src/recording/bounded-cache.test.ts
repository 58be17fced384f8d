import { describe, expect, it } from "vitest";
import { createBoundedCache } from "./bounded-cache.ts";

function fill(bounds: { entries: number; bytes: number }, weights: readonly number[]) {
  const cache = createBoundedCache<number, number>(bounds);
  for (const [key, bytes] of weights.entries()) cache.add({ key, value: key, bytes });
  return cache.values();
}

describe("createBoundedCache", () => {
  it("keeps as many entries as it may, the newest", () => {
    const bounds = { entries: 3, bytes: 1_000 };
    expect(fill(bounds, [1, 1])).toEqual([0, 1]);
    expect(fill(bounds, [1, 1, 1])).toEqual([0, 1, 2]);
    expect(fill(bounds, [1, 1, 1, 1])).toEqual([1, 2, 3]);
  });

  it("keeps as much as it may weigh, and the newest whatever it weighs", () => {
    const bounds = { entries: 100, bytes: 10 };
    expect(fill(bounds, [5, 5])).toEqual([0, 1]);
    expect(fill(bounds, [5, 5, 1])).toEqual([1, 2]);
    expect(fill(bounds, [5, 5, 10])).toEqual([2]);
    expect(fill(bounds, [5, 5, 11])).toEqual([2]);
    expect(fill(bounds, [11, 1])).toEqual([1]);
  });

  it("takes any positive integers as bounds", () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(fill({ entries: most, bytes: most }, [1, 1])).toEqual([0, 1]);
  });

  it("finds by key what it keeps, and forgets all", () => {
    const cache = createBoundedCache<string, number>({ entries: 1, bytes: 5 });
    cache.add({ key: "a", value: 1, bytes: 1 });
    cache.add({ key: "b", value: 2, bytes: 5 });
    expect([cache.get("a"), cache.get("b")]).toEqual([undefined, 2]);
    cache.clear();
    expect(cache.get("b")).toBeUndefined();
    cache.add({ key: "c", value: 3, bytes: 5 });
    expect(cache.values()).toEqual([3]);
  });

  it("forgets the oldest entry, also one that was read just now", () => {
    const cache = createBoundedCache<string, number>({ entries: 2, bytes: 10 });
    cache.add({ key: "a", value: 1, bytes: 1 });
    cache.add({ key: "b", value: 2, bytes: 1 });
    expect(cache.get("a")).toBe(1);
    cache.add({ key: "c", value: 3, bytes: 1 });
    expect(cache.values()).toEqual([2, 3]);
  });
});
