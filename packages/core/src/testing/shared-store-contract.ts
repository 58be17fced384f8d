import { kindOf } from "../options/plain-object.ts";
import type { SharedStore } from "../store/shared-store.ts";
import type { ContractCase } from "./contract-case.ts";
import type { SharedStoreFixture } from "./store-contract-case.ts";
import { LEASE_CASES } from "./store-contract-leases.ts";
import { MARK_CASES } from "./store-contract-marks.ts";
import { OUTAGE_CASES } from "./store-contract-outages.ts";
import { RECORD_CASES } from "./store-contract-records.ts";

/**
 * Returns the cases of the contract that every shared store must fulfil.
 *
 * @example
 * ```ts
 * for (const { name, run } of sharedStoreContract(createFixture)) it(name, run);
 * ```
 * @throws TypeError if `create` is not a function.
 */
export function sharedStoreContract(
  create: () => SharedStoreFixture | Promise<SharedStoreFixture>,
): ContractCase[] {
  if (typeof create !== "function") {
    throw new TypeError(
      `Cannot list the contract: "create" must be a function that makes a fixture, not ${kindOf(create)}`,
    );
  }
  const cases = { ...RECORD_CASES, ...LEASE_CASES, ...MARK_CASES, ...OUTAGE_CASES };
  return Object.entries(cases).map(([name, check]) => ({
    name,
    async run() {
      const fixture = await create();
      const opened: SharedStore[] = [];
      try {
        await check({
          ...fixture,
          async open() {
            const store = await fixture.open();
            opened.push(store);
            return store;
          },
        });
      } finally {
        await Promise.all(opened.map((store) => store.close()));
        await fixture.dispose?.();
      }
    },
  }));
}
