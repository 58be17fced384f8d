import { describe, expect, it, vi } from "vitest";
import { checkCapacity, RecentMap } from "./recent-map.ts";

describe("RecentMap", () => {
  it("holds no more than it may: what was not used for longest goes", () => {
    const evicted = vi.fn();
    const map = new RecentMap<string, number>(2, evicted);
    map.set("a", 1);
    map.set("b", 2);
    expect(map.get("a")).toBe(1);
    map.set("c", 3);
    expect(evicted.mock.calls).toEqual([[2, "b"]]);
    expect([map.get("a"), map.get("b"), map.get("c"), map.size]).toEqual([1, undefined, 3, 2]);
  });

  it("makes no room for what takes the place of its own", () => {
    const evicted = vi.fn();
    const map = new RecentMap<string, number>(1, evicted);
    map.set("a", 1);
    map.set("a", 2);
    expect(map.get("a")).toBe(2);
    expect(evicted).not.toHaveBeenCalled();
  });

  it("takes out one, or all that pass a test, and tells of none as pushed out", () => {
    const evicted = vi.fn();
    const map = new RecentMap<string, number>(4, evicted);
    for (const [i, key] of ["a", "b", "c", "d"].entries()) map.set(key, i);
    expect([map.delete("a"), map.delete("a")]).toEqual([true, false]);
    expect(map.deleteWhere((value) => value > 1)).toBe(2);
    expect([map.size, map.get("b")]).toEqual([1, 1]);
    expect(evicted).not.toHaveBeenCalled();
  });
});

describe("checkCapacity", () => {
  const option = { option: "maxThings", doing: "keep things" };

  it.each([1, 2 ** 24])("takes %s", (value) => {
    expect(() => checkCapacity(value, option)).not.toThrow();
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 24 + 1])(
    "refuses %s",
    (value) => {
      const check = () => checkCapacity(value, option);
      expect(check).toThrow(RangeError);
      expect(check).toThrow(`Cannot keep things: "maxThings" must be a whole number from 1`);
    },
  );

  it.each([undefined, null, "5"])("refuses %s, which is no number", (value) => {
    expect(() => checkCapacity(value, option)).toThrow(TypeError);
  });
});
