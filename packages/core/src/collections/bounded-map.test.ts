import { describe, expect, it, vi } from "vitest";
import { boundedMap, deleteWhere } from "./bounded-map.ts";

const value = (name: string) => ({ name });

describe.each([3, 5_000])("boundedMap of %i", (max) => {
  function full(onEvicted?: (value: object, key: string) => void) {
    const map = boundedMap<string, { name: string }>(max, onEvicted);
    for (let i = 0; i < max; i++) map.set(`${i}`, value(`${i}`));
    return map;
  }

  it("holds no more than it may: what was not used for longest goes", () => {
    const evicted = vi.fn();
    const map = full(evicted);
    expect(map.get("0")).toEqual(value("0"));
    map.set("new", value("new"));
    expect(evicted.mock.calls).toEqual([[value("1"), "1"]]);
    expect([map.has("0"), map.has("1"), map.has("new"), map.size]).toEqual([
      true,
      false,
      true,
      max,
    ]);
  });

  it("makes no room for what takes the place of its own", () => {
    const evicted = vi.fn();
    const map = full(evicted);
    map.set("0", value("other"));
    expect(map.get("0")).toEqual(value("other"));
    expect(evicted).not.toHaveBeenCalled();
  });
});

describe("deleteWhere", () => {
  it("takes out all that pass the test, and tells of none as pushed out", () => {
    const evicted = vi.fn();
    const map = boundedMap<string, { name: string }>(4, evicted);
    for (const key of ["a", "b", "c", "d"]) map.set(key, value(key));
    expect(deleteWhere(map, ({ name }) => name > "b")).toBe(2);
    expect([map.size, map.has("b"), map.has("c")]).toEqual([2, true, false]);
    expect(evicted).not.toHaveBeenCalled();
  });
});
