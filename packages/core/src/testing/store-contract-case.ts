/** What the cases of the store's contract share. */

import type { SharedStore } from "../store/shared-store.ts";
import type { ReadOutcome, StoreLease } from "../store/store-outcomes.ts";
import { assert } from "./contract-case.ts";

/** A backend for one case of the contract, as a plain object. */
export interface SharedStoreFixture {
  /** Opens a store on the backend, as another process would. */
  open(): SharedStore | Promise<SharedStore>;
  /** Lets time pass, for the store's clock and for leases: a fake clock moves, a real engine is waited for. */
  pass(ms: number): void | Promise<void>;
  /** Makes the backend unavailable until `restore`. */
  interrupt(): void | Promise<void>;
  /** Makes the backend available, and lets watchers hear again. Resolves when stores can reach it. */
  restore(): void | Promise<void>;
  /** Loses the notices that come until `restore`. */
  loseNotices(): void | Promise<void>;
  /** Forgets everything, as a server without persistence does. Absent if the engine cannot. */
  empty?(): void | Promise<void>;
  /** Releases the resources of the fixture. */
  dispose?(): void | Promise<void>;
}

/** Cases by their names. */
export type StoreContractCases = Readonly<
  Record<string, (fixture: SharedStoreFixture) => Promise<void>>
>;

/** Returns the value of a record that was found. */
export function valueIn(read: ReadOutcome): string {
  assert(read.outcome === "found", `the record is ${read.outcome}`);
  return read.value;
}

/** Takes a lease that nobody holds. */
export async function acquired(
  store: SharedStore,
  key: string,
  forMs: number,
): Promise<StoreLease> {
  const result = await store.acquire(key, { forMs });
  assert(result.outcome === "acquired", `the lease is ${result.outcome}`);
  return result.lease;
}

/** Throws an error unless both values are the same, or alike as JSON. */
export function same(found: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  const difference = `found ${one?.slice(0, 200)}, not ${other?.slice(0, 200)}`;
  assert(found === expected || one === other, difference);
}
