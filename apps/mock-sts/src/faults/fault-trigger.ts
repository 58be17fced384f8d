import type { FaultMatchSpec } from "./fault-schema.ts";
import { createRandom } from "./seeded-random.ts";

/** Decides which of the matching requests a fault hits. */
export interface FaultTrigger {
  /** Number of requests hit so far. */
  readonly hits: number;
  /** Whether it hits no further request. */
  readonly spent: boolean;
  /** Counts a match and tells whether it is hit. */
  pull(): boolean;
}

/** Creates a trigger that counts from zero. */
export function createTrigger({
  times = 1,
  nth = 1,
  probability = 1,
  seed = 1,
}: FaultMatchSpec): FaultTrigger {
  const random = createRandom(seed);
  const most = times === "unlimited" ? Number.POSITIVE_INFINITY : times;
  let matches = 0;
  let hits = 0;
  return {
    get hits() {
      return hits;
    },
    get spent() {
      return hits >= most;
    },
    pull() {
      matches++;
      if (hits >= most || matches < nth || random() >= probability) return false;
      hits++;
      return true;
    },
  };
}
