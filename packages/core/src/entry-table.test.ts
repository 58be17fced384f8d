import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { createAccessToken } from "./access-token.ts";
import { CacheEntry } from "./cache-entry.ts";
import type { CacheKey } from "./cache-key.ts";
import { EntryTable } from "./entry-table.ts";

const DEADLINES = { sentAt: 0, soft: 80, hard: 90, end: 100 };

function table(max: number) {
  const evicted: string[] = [];
  const entries = new EntryTable(max, ({ token }) => evicted.push(token.token));
  const put = (key: CacheKey, token = `${key.subject}/${key.shape}`) => {
    const entry = new CacheEntry(createAccessToken({ token }), key, DEADLINES);
    entries.set(key, entry);
    return entry;
  };
  return { entries, evicted, put };
}

function user(subject: string | undefined, shape = "s", principal?: string): CacheKey {
  return { subject, principal, shape };
}

describe("EntryTable", () => {
  it("finds an entry by subject, principal and shape", () => {
    const { entries, put } = table(10);
    const keys = [user("a"), user("a", "t"), user("a", "s", "p"), user("b"), user(undefined)];
    const made = keys.map((key) => put(key));
    for (const [i, key] of keys.entries()) expect(entries.get(key)).toBe(made[i]);
    expect(entries.get(user("c"))).toBeUndefined();
    expect(entries.get(user("a", "u"))).toBeUndefined();
    expect(entries.size).toBe(5);
  });

  it("replaces and kills the entry of the same key", () => {
    const { entries, evicted, put } = table(2);
    const old = put(user("a"));
    const fresh = put(user("a"));
    expect(entries.get(user("a"))).toBe(fresh);
    expect(entries.size).toBe(1);
    expect(old.hard).toBeLessThan(0);
    expect(evicted).toEqual([]);
  });

  it("evicts the oldest first where none was used", () => {
    const { evicted, put } = table(3);
    for (const subject of ["a", "b", "c", "d", "e"]) put(user(subject));
    expect(evicted).toEqual(["a/s", "b/s"]);
  });

  it("gives an entry that was used a second chance, and no third", () => {
    const { evicted, put } = table(3);
    const a = put(user("a"));
    put(user("b"));
    put(user("c"));
    a.visited = true;
    put(user("d"));
    expect(evicted).toEqual(["b/s"]);
    put(user("e"));
    put(user("f"));
    put(user("g"));
    expect(evicted).toContain("a/s");
  });

  it("finds a victim where every entry was used", () => {
    const { entries, evicted, put } = table(3);
    for (const subject of ["a", "b", "c"]) put(user(subject)).visited = true;
    put(user("d"));
    expect(evicted).toEqual(["a/s"]);
    expect(entries.size).toBe(3);
  });

  it("evicts all of a subject at once, in its own round only", () => {
    const { entries, evicted, put } = table(4);
    put(user("a", "1"));
    put(user("a", "2"));
    put(user("a", "3"));
    put(user("b"));
    put(user("c"));
    expect([...evicted].sort()).toEqual(["a/1", "a/2", "a/3"]);
    expect(entries.size).toBe(2);
    expect(entries.get(user("b"))).toBeDefined();
  });

  it("spares a subject of which any entry was used", () => {
    const { evicted, put } = table(4);
    put(user("a", "1"));
    put(user("a", "2"));
    put(user("a", "3")).visited = true;
    put(user("b"));
    put(user("c"));
    expect(evicted).toEqual(["b/s"]);
  });

  it("stays within its bound when one subject has more entries than fit", () => {
    const { entries, put } = table(3);
    for (let i = 0; i < 10; i++) {
      const entry = put(user("a", `${i}`));
      expect(entries.size).toBeLessThanOrEqual(3);
      expect(entries.get(user("a", `${i}`))).toBe(entry);
    }
  });

  it("stays within its bound through thousands of arrivals and departures", () => {
    const { entries, put } = table(50);
    for (let i = 0; i < 5_000; i++) {
      const key = user(`u${(i * 7_919) % 400}`, `s${i % 3}`);
      if (i % 5 === 0) entries.delete(key);
      else put(key).visited = i % 2 === 0;
      expect(entries.size).toBeLessThanOrEqual(50);
    }
    const left = entries.deleteWhere(() => true, { subjects: true });
    expect(left).toBeGreaterThan(0);
    expect(entries.size).toBe(0);
  });

  it("keeps nothing where its bound is zero", () => {
    const { entries, put } = table(0);
    put(user("a"));
    expect(entries.size).toBe(0);
    expect(entries.get(user("a"))).toBeUndefined();
  });

  for (const shape of ["1", "2", "3"]) {
    it(`takes entry ${shape} of a chain out, and leaves the others`, () => {
      const { entries, put } = table(10);
      const chain = ["1", "2", "3"].map((name) => put(user("a", name)));
      expect(entries.delete(user("a", shape))).toBe(true);
      expect(entries.delete(user("a", shape))).toBe(false);
      expect(entries.size).toBe(2);
      for (const entry of chain) {
        expect(entries.get(user("a", entry.shape)) === entry).toBe(entry.shape !== shape);
        expect(entry.hard < 0).toBe(entry.shape === shape);
      }
    });
  }

  it("takes out what passes a test, and hands the test the whole key", () => {
    const { entries, put } = table(10);
    const keys = [user("a", "1", "p"), user("a", "2"), user("b", "1")];
    for (const key of keys) put(key);
    const seen: CacheKey[] = [];
    const gone = entries.deleteWhere((key) => seen.push(key) > 0 && key.shape === "1", {
      subjects: true,
    });
    expect(gone).toBe(2);
    expect(seen).toHaveLength(3);
    expect(seen).toEqual(expect.arrayContaining(keys));
    expect(entries.get(user("a", "2"))).toBeDefined();
  });

  it("hands the test of system tokens no subject", () => {
    const { entries, put } = table(10);
    put(user(undefined, "x"));
    const seen: CacheKey[] = [];
    entries.deleteWhere((key) => seen.push(key) < 0, { subjects: false });
    expect(seen).toEqual([user(undefined, "x")]);
  });

  it("keeps nothing alive that it has outgrown, however long no room is made", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const { entries, put } = table(1_000);
    for (let i = 0; i <= 1_000; i++) put(user(`u${i}`));
    const used = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = used();
    for (let round = 0; round < 300; round++) {
      for (let i = 1; i <= 1_000; i++) put(user(`u${i}`), "token");
    }
    expect(used() - before).toBeLessThan(5_000_000); // 24 MB where it does
    expect(entries.size).toBe(1_000);
  });

  it("does not evict a head that was taken out while the hand stood before it", () => {
    const { entries, evicted, put } = table(3);
    for (const subject of ["a", "b", "c"]) put(user(subject));
    put(user("d"));
    entries.delete(user("b"));
    put(user("e"));
    put(user("f"));
    expect(evicted).toEqual(["a/s", "c/s"]);
  });
});
