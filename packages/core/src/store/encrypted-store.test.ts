import fc from "fast-check";
import { compactDecrypt } from "jose";
import { describe, expect, it } from "vitest";
import { createFakeClock } from "../testing/fake-clock.ts";
import { createMemoryStoreBackend } from "../testing/memory-store-backend.ts";
import { sharedStoreContract } from "../testing/shared-store-contract.ts";
import { type EncryptedStoreOptions, encryptedStore } from "./encrypted-store.ts";
import type { SharedStore } from "./shared-store.ts";

const OLD = { id: "2026-01", key: Buffer.alloc(32, 1) };
const NEW = { id: "2026-02", key: Buffer.alloc(32, 2).toString("base64") };
const NAMES = Buffer.alloc(32, 9).toString("base64url");
const SECRET = "the-stored-token-4711";
const USER = "alice@example.com";

function world() {
  const clock = createFakeClock();
  const backend = createMemoryStoreBackend({ clock });
  const open = (keys: EncryptedStoreOptions["keys"] = [OLD]) =>
    encryptedStore(backend.open(), { keys, namesKey: NAMES });
  return { clock, backend, open };
}

/** A store that shows what reaches the engine. */
function spied(store: SharedStore) {
  const seen: unknown[] = [];
  const values: string[] = [];
  const spy = new Proxy(store, {
    get(target, member) {
      const own: unknown = Reflect.get(target, member);
      if (typeof own !== "function") return own;
      return (...args: unknown[]) => {
        seen.push(args);
        if (member === "write") values.push(String(args[1]));
        return own.apply(target, args);
      };
    },
  });
  return { spy, seen, values };
}

describe("encryptedStore", () => {
  for (const { name, run } of sharedStoreContract(() => {
    const { clock, backend, open } = world();
    return { ...backend, open, pass: (ms) => clock.advance(ms) };
  })) {
    it(name, run);
  }

  it("shows the engine neither value nor names", async () => {
    const { spy, seen } = spied(createMemoryStoreBackend().open());
    const store = encryptedStore(spy, { keys: [OLD], namesKey: NAMES });
    const marks = [USER];
    await store.write(USER, SECRET, { version: 0, marks });
    await store.read(USER, { marks });
    await store.evict(USER, { forMs: 1_000 });
    await store.acquire(USER, { forMs: 1_000 });
    await store.remove(USER);
    const shown = JSON.stringify(seen);
    expect(shown).not.toContain(USER);
    expect(shown).not.toContain(SECRET);
    expect(shown).not.toContain(Buffer.from(SECRET).toString("base64url"));
  });

  it("writes a compact JWE that a JOSE library reads", async () => {
    const { spy, values } = spied(createMemoryStoreBackend().open());
    const store = encryptedStore(spy, { keys: [OLD], namesKey: NAMES });
    const texts = fc
      .string({ unit: "grapheme", minLength: 1 })
      .filter((text) => text.trim() !== "");
    let at = 0;
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        await store.write(`key ${++at}`, text, { version: 0 });
        const read = await compactDecrypt(values.at(-1) ?? "", OLD.key, {
          keyManagementAlgorithms: ["dir"],
          contentEncryptionAlgorithms: ["A256GCM"],
        });
        expect(Buffer.from(read.plaintext).toString()).toBe(Buffer.from(text).toString());
        expect(read.protectedHeader).toMatchObject({ kid: OLD.id, ver: 1 });
      }),
      { numRuns: 100 },
    );
  });

  it("never returns a value of which a character was changed", async () => {
    const { spy, seen, values } = spied(createMemoryStoreBackend().open());
    const store = encryptedStore(spy, { keys: [OLD], namesKey: NAMES });
    await store.write("key", SECRET, { version: 0 });
    const [record] = seen.at(-1) as [string];
    const [jwe = ""] = values;
    let version = 1;
    for (let place = 0; place < jwe.length; place++) {
      const changed = `${jwe.slice(0, place)}${jwe[place] === "A" ? "B" : "A"}${jwe.slice(place + 1)}`;
      await spy.write(record, changed, { version: version++ });
      const read = await store.read("key");
      expect(read.outcome, `place ${place}`).toBe("unreadable");
    }
  });

  it("finds a record that was moved to another user's name, or played back as a later version", async () => {
    const { spy, seen, values } = spied(createMemoryStoreBackend().open());
    const store = encryptedStore(spy, { keys: [OLD], namesKey: NAMES });
    const moved = { outcome: "unreadable", reason: "moved" };
    await store.write("alice", "alice's", { version: 0 });
    const [alice] = seen.at(-1) as [string];
    await store.write("bob", "bob's", { version: 0 });
    const [alicesValue = "", bobsValue = ""] = values;
    await spy.write(alice, bobsValue, { version: 1 });
    expect(await store.read("alice")).toMatchObject({ ...moved, version: 2 });
    await spy.write(alice, alicesValue, { version: 2 });
    expect(await store.read("alice")).toMatchObject({ ...moved, version: 3 });
  });

  it("tells an unknown key from damage, and from what was never encrypted", async () => {
    const { backend, open } = world();
    await open([OLD]).write("key", SECRET, { version: 0 });
    expect(await open([NEW]).read("key")).toEqual({
      outcome: "unreadable",
      reason: "unknown-key",
      version: 1,
    });
    const same = { id: OLD.id, key: Buffer.alloc(32, 3) };
    expect(await open([same]).read("key")).toMatchObject({ reason: "damaged" });
    const { spy, seen } = spied(backend.open());
    const store = encryptedStore(spy, { keys: [OLD], namesKey: NAMES });
    await store.read("plain");
    const [record] = seen.at(-1) as [string];
    await spy.write(record, "no JWE", { version: 0 });
    expect(await store.read("plain")).toMatchObject({ reason: "damaged" });
  });

  it("writes anew with the current key what an older one wrote, as old as it was", async () => {
    const { clock, open } = world();
    const marks = [USER];
    await open([OLD]).write("key", SECRET, { version: 0, fence: 7, lifetimeMs: 60_000, marks });
    clock.advance(10_000);
    const read = await open([NEW, OLD]).read("key", { marks });
    expect(read).toMatchObject({ outcome: "found", value: SECRET, version: 2, fence: 7 });
    const again = await open([NEW]).read("key", { marks });
    expect(again).toMatchObject({ value: SECRET, version: 2, fence: 7 });
    if (again.outcome !== "found") throw new Error(again.outcome);
    expect(again.ageMs).toBeCloseTo(10_000, 0);
    expect(again.leftMs).toBeCloseTo(50_000, 0);
    await open([NEW]).evict(USER, { forMs: 60_000 });
    expect((await open([NEW]).read("key", { marks })).outcome).toBe("evicted");
  });

  it("reads with two keys while processes change, in two steps", async () => {
    const { open } = world();
    await open([OLD]).write("key", "first", { version: 0 });
    expect(await open([OLD, NEW]).read("key")).toMatchObject({ value: "first", version: 1 });
    await open([NEW, OLD]).write("key", "second", { version: 1 });
    expect(await open([OLD, NEW]).read("key")).toMatchObject({ value: "second" });
  });

  it.each([
    ["no options", undefined, "options"],
    ["no key", { keys: [], namesKey: NAMES }, '"keys"'],
    ["a key that is no list", { keys: OLD, namesKey: NAMES }, '"keys"'],
    ["a short key", { keys: [{ id: "a", key: Buffer.alloc(16) }], namesKey: NAMES }, "has 16"],
    [
      "a text that is no key",
      { keys: [{ id: "a", key: "not base64!" }], namesKey: NAMES },
      "[0].key",
    ],
    ["a blank id", { keys: [{ id: " ", key: OLD.key }], namesKey: NAMES }, '"keys[0].id"'],
    ["two keys of one id", { keys: [OLD, OLD], namesKey: NAMES }, '"keys[1].id"'],
    ["a misspelt member", { keys: [{ id: "a", secret: OLD.key }], namesKey: NAMES }, '"secret"'],
    ["no key for names", { keys: [OLD] }, '"namesKey"'],
    ["a misspelt option", { keys: [OLD], nameKey: NAMES }, '"namesKey"'],
  ])("refuses %s, and shows no key", (_, options, named) => {
    const make = () => encryptedStore(createMemoryStoreBackend().open(), options as never);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(named);
    expect(make).not.toThrow(OLD.key.toString("base64"));
  });

  it("refuses what is no store", () => {
    expect(() => encryptedStore({} as never, { keys: [OLD], namesKey: NAMES })).toThrow(
      "must be a shared store",
    );
  });
});
