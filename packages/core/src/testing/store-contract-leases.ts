/** The contract of a shared store: leases. */

import { assert } from "./contract-case.ts";
import { acquired, type StoreContractCases, same, valueIn } from "./store-contract-case.ts";

export const LEASE_CASES: StoreContractCases = {
  async "gives a lease to one of many"({ open }) {
    const stores = await Promise.all([open(), open(), open(), open()]);
    const results = await Promise.all(
      stores.map((store) => store.acquire("key", { forMs: 5_000 })),
    );
    const outcomes = results.map(({ outcome }) => outcome).sort();
    same(outcomes, ["acquired", "held", "held", "held"]);
    for (const result of results) {
      if (result.outcome !== "held") continue;
      assert(result.leftMs > 0 && result.leftMs <= 5_000, `held for ${result.leftMs} ms`);
    }
    same((await stores[0]?.acquire("other key", { forMs: 5_000 }))?.outcome, "acquired");
  },
  async "lets a lease end by itself, with a higher fence for the next"({ open, pass }) {
    const [one, other] = [await open(), await open()];
    const first = await acquired(one, "key", 200);
    assert(first.leftMs() > 0 && first.leftMs() <= 200, `${first.leftMs()} ms left`);
    await pass(250);
    same(first.leftMs(), 0);
    const second = await acquired(other, "key", 5_000);
    assert(
      second.fence > first.fence && second.owner !== first.owner,
      "the next lease is not newer",
    );
    assert(second.since > first.since, "the next lease was not had later");
  },
  async "refuses the late write of a lease that was taken over"({ open, pass }) {
    const [one, other] = [await open(), await open()];
    const late = await acquired(one, "key", 100);
    await pass(150);
    const { fence, since } = await acquired(other, "key", 5_000);
    same((await other.write("key", "new", { version: 0, fence, since })).outcome, "stored");
    const { fence: lower, since: earlier } = late;
    for (const version of [0, 1]) {
      const written = await one.write("key", "old", { version, fence: lower, since: earlier });
      same(written.outcome, "newer");
    }
    same(valueIn(await one.read("key")), "new");
  },
  async "releases and renews for the owner alone"({ open, pass }) {
    const [one, other] = [await open(), await open()];
    const late = await acquired(one, "key", 100);
    await pass(150);
    const lease = await acquired(other, "key", 5_000);
    same((await one.release(late)).outcome, "lost");
    same((await one.renew(late, { forMs: 5_000 })).outcome, "lost");
    same((await one.acquire("key", { forMs: 100 })).outcome, "held");
    same((await other.release(lease)).outcome, "released");
    same((await other.release(lease)).outcome, "lost");
    assert((await acquired(one, "key", 100)).fence > lease.fence, "the fence did not grow");
  },
  async "renews a lease from now on, and keeps its fence"({ open, pass }) {
    const [one, other] = [await open(), await open()];
    const lease = await acquired(one, "key", 400);
    await pass(200);
    const renewed = await one.renew(lease, { forMs: 5_000 });
    assert(renewed.outcome === "renewed", `the lease is ${renewed.outcome}`);
    same([renewed.lease.fence, renewed.lease.owner], [lease.fence, lease.owner]);
    await pass(300);
    same((await other.acquire("key", { forMs: 100 })).outcome, "held");
    assert(renewed.lease.leftMs() > 4_000 && renewed.lease.leftMs() <= 5_000, "the end is wrong");
  },
  async "gives higher fences after everything was forgotten"({ open, empty }) {
    const store = await open();
    const lease = await acquired(store, "key", 5_000);
    const { fence, since } = lease;
    await store.write("key", "value", { version: 0, fence, since });
    if (empty === undefined) return;
    await empty();
    const next = await acquired(store, "key", 5_000);
    assert(next.fence > fence, "a fence of before is as high as one of after");
    same((await store.release(lease)).outcome, "lost");
  },
  async "gives a fence above that of the stored record"({ open }) {
    const store = await open();
    const first = await acquired(store, "key", 5_000);
    const high = first.fence + 60_000_000;
    await store.write("key", "value", { version: 0, fence: high });
    await store.release(first);
    assert((await acquired(store, "key", 5_000)).fence > high, "the fence is below the record's");
  },
};
