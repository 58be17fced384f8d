/** The contract of a shared store: records, versions and fences. */

import type { SharedStore } from "../store/shared-store.ts";
import { assert, rejection } from "./contract-case.ts";
import { type StoreContractCases, same, valueIn } from "./store-contract-case.ts";

const LONG = "ü€\u{1f512}".repeat(20_000);

export const RECORD_CASES: StoreContractCases = {
  async "reads an absent record as absent"({ open }) {
    same((await (await open()).read("key")).outcome, "absent");
  },
  async "hands a record to another process"({ open, pass }) {
    const [one, other] = [await open(), await open()];
    same(await one.write("key", "value", { version: 0 }), { outcome: "stored", version: 1 });
    await pass(50);
    const read = await other.read("key");
    assert(read.outcome === "found", `read ${read.outcome}`);
    same([read.value, read.version, read.leftMs], ["value", 1, undefined]);
    assert(read.ageMs >= 50 && Number.isSafeInteger(read.fence), `${read.ageMs} ms, ${read.fence}`);
  },
  async "counts versions up and refuses a write that knows an older one"({ open }) {
    const [one, other] = [await open(), await open()];
    await one.write("key", "first", { version: 0 });
    same(await other.write("key", "second", { version: 1 }), { outcome: "stored", version: 2 });
    same((await one.write("key", "late", { version: 1 })).outcome, "newer");
    same((await one.write("key", "late", { version: 0 })).outcome, "newer");
    same(valueIn(await one.read("key")), "second");
  },
  async "stores one of many writes of the same version"({ open }) {
    const stores = await Promise.all([open(), open(), open(), open()]);
    const writes = stores.map((store, at) => store.write("key", `value ${at}`, { version: 0 }));
    const outcomes = (await Promise.all(writes)).map(({ outcome }) => outcome).sort();
    same(outcomes, ["newer", "newer", "newer", "stored"]);
  },
  async "refuses a write whose record was removed meanwhile"({ open }) {
    const store = await open();
    await store.write("key", "value", { version: 0 });
    same((await store.remove("key")).outcome, "removed");
    same((await store.write("key", "late", { version: 1 })).outcome, "newer");
    same((await store.read("key")).outcome, "absent");
  },
  async "removes the version that was named, and no other"({ open }) {
    const store = await open();
    same((await store.remove("key", { version: 1 })).outcome, "absent");
    await store.write("key", "value", { version: 0 });
    same((await store.remove("key", { version: 2 })).outcome, "newer");
    same((await store.remove("key", { version: 1 })).outcome, "removed");
    same((await store.remove("key")).outcome, "absent");
  },
  async "refuses a write with a lower fence, and keeps the fence of one without"({ open }) {
    const store = await open();
    await store.write("key", "value", { version: 0, fence: 1_000 });
    same((await store.write("key", "late", { version: 1, fence: 999 })).outcome, "newer");
    same((await store.write("key", "next", { version: 1 })).outcome, "stored");
    same((await store.write("key", "late", { version: 2, fence: 999 })).outcome, "newer");
    same((await store.write("key", "equal", { version: 2, fence: 1_000 })).outcome, "stored");
  },
  async "drops a record at the end of its lifetime"({ open, pass }) {
    const store = await open();
    await store.write("key", "value", { version: 0, lifetimeMs: 200 });
    const read = await store.read("key");
    assert(read.outcome === "found", `read ${read.outcome}`);
    assert(read.leftMs !== undefined && read.leftMs > 0 && read.leftMs <= 200, `${read.leftMs} ms`);
    await pass(250);
    same((await store.read("key")).outcome, "absent");
    same((await store.write("key", "again", { version: 0 })).outcome, "stored");
  },
  async "keeps a record that a later write gave no lifetime"({ open, pass }) {
    const store = await open();
    await store.write("key", "value", { version: 0, lifetimeMs: 100 });
    await store.write("key", "kept", { version: 1, durable: true });
    await pass(150);
    same(valueIn(await store.read("key")), "kept");
  },
  async "keeps records and values apart, whatever is in them"({ open }) {
    const store = await open();
    const values = { "a:b": "1", "a:b{c}": "0.50", "*": " padded ", "\u0000": '{"a":1}', ü: LONG };
    for (const [key, value] of Object.entries(values))
      await store.write(key, value, { version: 0 });
    for (const [key, value] of Object.entries(values)) same(valueIn(await store.read(key)), value);
  },
  async "rejects with the reason of a signal that is already aborted"({ open }) {
    const store = await open();
    const reason = new Error("gone");
    const signal = AbortSignal.abort(reason);
    const calls = [
      store.read("key", { signal }),
      store.write("key", "value", { version: 0, signal }),
      store.acquire("key", { forMs: 1_000, signal }),
      store.remove("key", { signal }),
      store.evict("mark", { forMs: 1_000, signal }),
    ];
    for (const error of await Promise.all(calls.map(rejection))) {
      assert(error === reason, `rejected with ${error} in place of the signal's reason`);
    }
    same((await store.read("key")).outcome, "absent");
  },
  async "refuses arguments that can never be right"({ open }) {
    const store = await open();
    for (const call of wrongCalls(store)) {
      const error = await rejection(call());
      assert(error instanceof TypeError || error instanceof RangeError, `got ${error}`);
    }
  },
};

function wrongCalls(store: SharedStore): readonly (() => Promise<unknown>)[] {
  return [
    () => store.read(" "),
    () => store.read("key", { marks: [""] }),
    () => store.write("", "value", { version: 0 }),
    () => store.write("key", "", { version: 0 }),
    () => store.write("key", "value", { version: -1 }),
    () => store.write("key", "value", { version: 0, lifetimeMs: 0 }),
    () => store.write("key", "value", { version: 0, fence: 0.5 }),
    () => store.acquire("key", { forMs: 0 }),
    () => store.evict("mark", { forMs: Number.NaN }),
    () => store.remove(" "),
  ];
}
