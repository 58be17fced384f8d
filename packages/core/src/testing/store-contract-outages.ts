/** The contract of a shared store: what watchers hear, and what comes of an outage. */

import type { SharedStore } from "../store/shared-store.ts";
import type { StoreNotice } from "../store/store-outcomes.ts";
import { assert } from "./contract-case.ts";
import {
  acquired,
  type SharedStoreFixture,
  type StoreContractCases,
  same,
  valueIn,
} from "./store-contract-case.ts";

export const OUTAGE_CASES: StoreContractCases = {
  async "tells watchers of writes and evictions by others"(fixture) {
    const [one, other] = [await fixture.open(), await fixture.open()];
    const heard = watch(one);
    await one.read("key", { marks: ["user"] });
    await heard.ready(fixture);
    await other.write("key", "value", { version: 0 });
    await heard.until(fixture, (notice) => notice.type === "written" && notice.key === "key");
    await other.evict("user", { forMs: 60_000 });
    await heard.until(fixture, (notice) => notice.type === "evicted" && notice.mark === "user");
  },
  async "tells a watcher nothing after its end"(fixture) {
    const [one, other] = [await fixture.open(), await fixture.open()];
    const [heard, later] = [watch(one), watch(one)];
    await one.read("key", { marks: ["user"] });
    await later.ready(fixture);
    heard.end();
    const before = heard.notices.length;
    await other.evict("user", { forMs: 60_000 });
    await later.until(fixture, ({ type }) => type === "evicted");
    same(heard.notices.length, before);
  },
  async "tells a watcher that it may have missed something"(fixture) {
    const [one, other] = [await fixture.open(), await fixture.open()];
    const heard = watch(one);
    await heard.ready(fixture);
    await fixture.loseNotices();
    await other.evict("user", { forMs: 60_000 });
    await fixture.restore();
    const seen = (notice: StoreNotice) => notice.type === "doubtful" || notice.type === "evicted";
    await heard.until(fixture, seen);
  },
  async "answers unavailable to every call in an outage, and works after it"(fixture) {
    const store = await fixture.open();
    const lease = await acquired(store, "key", 60_000);
    await store.write("key", "value", { version: 0 });
    await fixture.interrupt();
    for (const result of await Promise.all(everyCall(store, lease))) {
      assert(result.outcome === "unavailable", `a call answered ${result.outcome}`);
      assert(
        result.reason !== "" && !result.reason.includes("key"),
        `the reason: ${result.reason}`,
      );
    }
    await fixture.restore();
    const read = await store.read("key");
    assert(read.outcome !== "unavailable", "the store is unavailable after the outage");
  },
  async "answers unavailable once it is closed, and leaves others alone"({ open }) {
    const [one, other] = [await open(), await open()];
    await one.write("key", "value", { version: 0 });
    const lease = await acquired(one, "key", 60_000);
    await one.close();
    await one.close();
    for (const result of await Promise.all(everyCall(one, lease))) {
      same(result.outcome, "unavailable");
    }
    same(valueIn(await other.read("key")), "value");
  },
};

function everyCall(store: SharedStore, lease: Parameters<SharedStore["release"]>[0]) {
  return [
    store.read("key"),
    store.write("key", "value", { version: 1 }),
    store.acquire("other key", { forMs: 1_000 }),
    store.renew(lease, { forMs: 1_000 }),
    store.release(lease),
    store.remove("key"),
    store.evict("mark", { forMs: 1_000 }),
  ] as const;
}

/** Engines tell of a change after a while; fake clocks move in `pass`. */
const TURNS = 200;

function watch(store: SharedStore) {
  const notices: StoreNotice[] = [];
  const end = store.watch((notice) => {
    notices.push(notice);
  });
  const until = async (
    { pass }: SharedStoreFixture,
    test: (notice: StoreNotice) => boolean,
  ): Promise<void> => {
    for (let turn = 0; turn < TURNS; turn++) {
      if (notices.some(test)) return;
      await pass(50);
    }
    assert(false, `heard only ${JSON.stringify(notices)}`);
  };
  /** Waits until the watcher hears: it may have to connect first. */
  const ready = async (fixture: SharedStoreFixture): Promise<void> => {
    await store.evict("a first mark", { forMs: 1_000 });
    await until(fixture, (notice) => notice.type === "doubtful" || "mark" in notice);
    notices.length = 0;
  };
  return { notices, end, until, ready };
}
