import { describe, expect, it } from "vitest";
import { BoundedMap } from "./bounded-cache.ts";

function fill(bounds: { entries: number; bytes: number }, weights: readonly number[]) {
  const map = new BoundedMap<number, number>(bounds);
  for (const [key, bytes] of weights.entries()) map.add(key, key, bytes);
  return map.values();
}

describe("BoundedMap", () => {
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

  it("finds by key what it keeps, and forgets all", () => {
    const map = new BoundedMap<string, number>({ entries: 1, bytes: 5 });
    map.add("a", 1, 1);
    map.add("b", 2, 5);
    expect([map.get("a"), map.get("b")]).toEqual([undefined, 2]);
    map.clear();
    expect(map.get("b")).toBeUndefined();
    map.add("c", 3, 5);
    expect(map.values()).toEqual([3]);
  });
});
