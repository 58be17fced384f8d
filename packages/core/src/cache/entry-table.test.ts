import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { CacheKey } from "../key/cache-key.ts";
import { createAccessToken } from "../token/access-token.ts";
import { CacheEntry } from "./cache-entry.ts";
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

  it("evicts one entry of a subject at a time, the oldest first, and takes turns among subjects", () => {
    const { entries, evicted, put } = table(4);
    for (const shape of ["1", "2", "3"]) put(user("a", shape));
    put(user("b"));
    put(user("c"));
    expect(evicted).toEqual(["a/1"]);
    put(user("d"));
    put(user("e"));
    expect(evicted).toEqual(["a/1", "b/s", "a/2"]);
    expect(entries.size).toBe(4);
  });

  it("spares the entries of a subject that were used, once", () => {
    const { entries, evicted, put } = table(4);
    put(user("a", "1")).visited = true;
    put(user("a", "2"));
    put(user("a", "3")).visited = true;
    put(user("b"));
    put(user("c"));
    expect(evicted).toEqual(["a/2"]);
    for (const subject of ["d", "e", "f", "g"]) put(user(subject));
    expect(evicted).toContain("a/1");
    expect(entries.size).toBe(4);
  });

  it("keeps the other entries of a subject that has more than fit", () => {
    const { entries, evicted, put } = table(4_096);
    for (let i = 0; i <= 4_096; i++) put(user("a", `${i}`));
    expect(evicted).toEqual(["a/0"]);
    expect(entries.size).toBe(4_096);
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
    expect(entries.size).toBeGreaterThan(0);
    entries.clear();
    expect(entries.size).toBe(0);
  });

  it("finds, replaces and forgets each of many entries of one subject", () => {
    const { entries, put } = table(1_000);
    const keys = Array.from({ length: 300 }, (_, i) => user("a", `s${i}`, i % 2 ? "p" : undefined));
    for (const key of keys) put(key);
    expect(keys.every((key) => entries.get(key)?.shape === key.shape)).toBe(true);
    expect(entries.get(user("a", "s1"))).toBeUndefined();
    const fresh = put(user("a", "s7", "p"));
    expect(entries.get(user("a", "s7", "p"))).toBe(fresh);
    expect(entries.delete(user("a", "s8"))).toBe(true);
    expect(entries.get(user("a", "s8"))).toBeUndefined();
    expect(entries.deleteUser({ principal: "p" })).toBe(150);
    expect(entries.get(user("a", "s9", "p"))).toBeUndefined();
    expect(entries.get(user("a", "s10"))).toBeDefined();
    expect(entries.size).toBe(149);
    expect(entries.deleteUser({ subject: "a" })).toBe(149);
    put(user("a", "s10"));
    expect(entries.get(user("a", "s11"))).toBeUndefined();
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

  it("takes out and kills the entries of one user, by subject or by principal", () => {
    for (const [by, gone] of [
      [{ subject: "a" }, ["a/1", "a/2", "a/3"]],
      [{ principal: "p" }, ["a/1", "a/3", "b/1"]],
      [{ subject: "none" }, []],
    ] as const) {
      const { entries, put } = table(10);
      const made = [
        put(user("a", "1", "p")),
        put(user("a", "2", "q")),
        put(user("a", "3", "p")),
        put(user("b", "1", "p")),
        put(user("c", "1")),
      ];
      expect(entries.deleteUser(by)).toBe(gone.length);
      expect(entries.size).toBe(5 - gone.length);
      const killed = made.filter(({ hard }) => hard < 0).map(({ token }) => token.token);
      expect(killed).toEqual(gone);
      expect(entries.get(user("a", "2", "q")) === made[1]).toBe(!killed.includes("a/2"));
    }
  });

  it("kills every entry when it is cleared, and goes on", () => {
    const { entries, evicted, put } = table(3);
    const made = ["1", "2", "3", "4"].map((shape) => put(user("a", shape)));
    entries.clear();
    expect(entries.size).toBe(0);
    expect(made.every(({ hard }) => hard < 0)).toBe(true);
    for (const subject of ["b", "c", "d", "e"]) put(user(subject));
    expect(entries.size).toBe(3);
    expect(evicted).toEqual(["a/1", "b/s"]);
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
