import { describe, expect, it } from "vitest";
import type { SharedStore } from "../store/shared-store.ts";
import { createFakeClock } from "./fake-clock.ts";
import { createMemoryStoreBackend } from "./memory-store-backend.ts";
import { sharedStoreContract } from "./shared-store-contract.ts";
import type { SharedStoreFixture } from "./store-contract-case.ts";

function memoryFixture(): SharedStoreFixture {
  const clock = createFakeClock();
  const backend = createMemoryStoreBackend({ clock });
  return { ...backend, pass: (ms) => clock.advance(ms) };
}

describe("sharedStoreContract on createMemoryStoreBackend", () => {
  for (const { name, run } of sharedStoreContract(memoryFixture)) it(name, run);
});

/** Faults of a store, each with the case that has to notice it. */
const FAULTS: Record<string, (store: SharedStore) => Partial<SharedStore>> = {
  "counts versions up and refuses a write that knows an older one": (store) => ({
    async write(key, value, options) {
      const read = await store.read(key);
      return store.write(key, value, {
        ...options,
        version: read.outcome === "found" ? read.version : 0,
      });
    },
  }),
  "refuses a write with a lower fence, and keeps the fence of one without": (store) => ({
    write: (key, value, { fence: _, ...options }) => store.write(key, value, options),
  }),
  "keeps a record that a later write gave no lifetime": (store) => ({
    write: (key, value, options) => store.write(key, value, { lifetimeMs: 100, ...options }),
  }),
  "refuses what was asked for before an eviction": (store) => ({
    write: (key, value, { since: _, ...options }) => store.write(key, value, options),
  }),
  "strikes the records that name a mark, and no others": (store) => ({
    read: (key) => store.read(key),
  }),
  "releases and renews for the owner alone": (store) => ({
    async release() {
      return { outcome: "released" };
    },
    renew: (lease, options) => store.renew(lease, options),
  }),
  "tells a watcher nothing after its end": (store) => ({
    watch(listener) {
      store.watch(listener);
      return () => {};
    },
  }),
  "answers unavailable to every call in an outage, and works after it": () => ({
    async read() {
      return { outcome: "absent" };
    },
  }),
};

describe("sharedStoreContract on broken stores", () => {
  it.each(Object.entries(FAULTS))("notices one that breaks: %s", async (name, fault) => {
    const fixture = memoryFixture();
    const open = async () => {
      const store = await fixture.open();
      const faults = fault(store);
      return new Proxy(store, {
        get(target, member) {
          const own: unknown = Reflect.get(faults, member) ?? Reflect.get(target, member);
          return typeof own === "function" ? own.bind(target) : own;
        },
      });
    };
    const broken = sharedStoreContract(() => ({ ...fixture, open }));
    await expect(broken.find((one) => one.name === name)?.run()).rejects.toThrow("Contract broken");
  });
});
