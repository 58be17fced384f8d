import { checkOptions, type OptionNames } from "../options/known-members.ts";
import type { SharedStore } from "../store/shared-store.ts";
import { MemoryStore } from "./memory-store.ts";
import { type MemoryStoreBackendOptions, MemoryStoreState } from "./memory-store-state.ts";

/** What several memory stores share, as processes share a server: records, leases, marks, and faults. */
export interface MemoryStoreBackend {
  /** Opens a store on the backend, as another process would. */
  open(): SharedStore;
  /** Makes every call answer `unavailable`, until `restore`. */
  interrupt(): void;
  restore(): void;
  /** Loses the notices that come until `restore`. Watchers are then told that everything is doubtful. */
  loseNotices(): void;
  /** Forgets everything, as a server without persistence does. */
  empty(): void;
}

/** Makes a shared store that lives in this process, for tests. */
export function createMemoryStoreBackend(
  options: MemoryStoreBackendOptions = {},
): MemoryStoreBackend {
  checkOptions(options, { doing: "make a store for tests", names: OPTION_NAMES });
  const state = new MemoryStoreState(options);
  return {
    open: () => new MemoryStore(state),
    interrupt: () => {
      state.isInterrupted = true;
    },
    restore() {
      state.isInterrupted = false;
      state.hearAgain();
    },
    loseNotices: () => {
      state.losesNotices = true;
    },
    empty: () => state.empty(),
  };
}

const OPTION_NAMES: OptionNames<MemoryStoreBackendOptions> = { clock: true, newId: true };
