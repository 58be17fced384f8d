/** The contract of a shared store: eviction marks. */

import { acquired, type StoreContractCases, same, valueIn } from "./store-contract-case.ts";

const marks = ["user", "group"];

export const MARK_CASES: StoreContractCases = {
  async "strikes the records that name a mark, and no others"({ open }) {
    const [one, other] = [await open(), await open()];
    await one.write("key", "value", { version: 0, marks });
    same((await other.evict("group", { forMs: 60_000 })).outcome, "marked");
    same((await one.read("key", { marks })).outcome, "evicted");
    same((await one.read("key", { marks: ["user"] })).outcome, "found");
    same((await one.read("key")).outcome, "found");
  },
  async "refuses what was asked for before an eviction"({ open }) {
    const [one, other] = [await open(), await open()];
    const { fence, since } = await acquired(one, "key", 5_000);
    await other.evict("user", { forMs: 60_000 });
    const written = await one.write("key", "late", { version: 0, fence, since, marks });
    same(written.outcome, "evicted");
    same((await one.read("key")).outcome, "absent");
  },
  async "stores what was asked for after an eviction, over what it struck"({ open }) {
    const [one, other] = [await open(), await open()];
    await one.write("key", "old", { version: 0, marks });
    await other.evict("user", { forMs: 60_000 });
    const { fence, since } = await acquired(one, "key", 5_000);
    const next = { fence, since, marks };
    same((await one.write("key", "new", { ...next, version: 1 })).outcome, "stored");
    same(valueIn(await other.read("key", { marks })), "new");
  },
  async "forgets a mark after its time"({ open, pass }) {
    const store = await open();
    await store.write("key", "value", { version: 0, marks });
    await store.evict("user", { forMs: 100 });
    same((await store.read("key", { marks })).outcome, "evicted");
    await pass(150);
    same((await store.read("key", { marks })).outcome, "found");
  },
  async "does not shorten a mark by a later one"({ open, pass }) {
    const store = await open();
    await store.write("key", "value", { version: 0, marks });
    await store.evict("user", { forMs: 60_000 });
    await store.evict("user", { forMs: 100 });
    await pass(150);
    same((await store.read("key", { marks })).outcome, "evicted");
  },
};
