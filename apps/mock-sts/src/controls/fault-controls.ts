import { checkData } from "../checks/check-data.ts";
import {
  FAULT_MATCH_SCHEMA,
  type FaultEffect,
  type FaultMatchSpec,
  type FaultSpec,
  faultEffectSchema,
  faultSchema,
} from "../faults/fault-schema.ts";
import type { FaultInfo, Faults } from "../faults/faults.ts";
import type { Hold } from "../faults/hold.ts";
import { REQUEST_FILTER_SCHEMA, type RequestFilter } from "../recording/request-match.ts";

/** The response that a fault sends instead of the real one. */
export type FaultResponse = Omit<Extract<FaultEffect, { kind: "status" }>, "kind">;

/** Which requests a fault hits, and how often; `times` may be `Infinity`, until `reset()`. */
export type FaultMatch = Omit<FaultMatchSpec, "times"> & {
  readonly times?: number | "unlimited" | undefined;
};

/** A way to corrupt a response that takes no further fields. */
export type Breakage = Exclude<
  FaultEffect["kind"],
  "status" | "delay" | "redirect" | "odd-expires-in" | "tls-refusal"
>;

/** The faults that a test can inject. */
export interface FaultControls {
  /**
   * Responds to the next matching requests with a status, such as 429 with `Retry-After`; these
   * requests have no effect.
   */
  failNext(response: FaultResponse, match?: FaultMatch): void;
  /** Corrupts the responses to the next matching requests. */
  breakNext(breakage: Breakage, match?: FaultMatch): void;
  /** Delays the next matching requests by some milliseconds. */
  delayNext(delayMs: number, match?: FaultMatch): void;
  /** Holds back all matching requests until they are released: a delay without a time. */
  hold(filter?: RequestFilter): Hold;
  /** Sets a fault that is given as plain data. @throws TypeError naming the field that is wrong. */
  addFault(fault: FaultSpec): FaultInfo;
  /** Returns the faults that are set. */
  listFaults(): readonly FaultInfo[];
  /** Removes a fault and tells whether it was set. */
  removeFault(id: number): boolean;
}

/** Creates the controls of faults; without TLS, no handshake can be refused. */
export function createFaultControls(faults: Faults, { tls }: { tls: boolean }): FaultControls {
  const set = (effect: FaultEffect, match: FaultMatch) =>
    void faults.add({
      effect: checkData(faultEffectSchema, effect, "set a fault"),
      match: checkData(FAULT_MATCH_SCHEMA, finite(match), "set a fault"),
    });
  return {
    failNext: (response, match = {}) => set({ kind: "status", ...response }, match),
    breakNext: (breakage, match = {}) => set({ kind: breakage }, match),
    delayNext: (delayMs, match = {}) => set({ kind: "delay", delayMs }, match),
    hold: (filter = {}) => faults.hold(checkData(REQUEST_FILTER_SCHEMA, filter, "hold requests")),
    addFault(fault) {
      const checked = checkData(faultSchema, fault, "set a fault");
      if (checked.effect.kind === "tls-refusal" && !tls) {
        throw new TypeError('Cannot set a fault: "effect.kind" is tls-refusal, but TLS is off');
      }
      return faults.add(checked);
    },
    listFaults: () => faults.list(),
    removeFault: (id) => faults.remove(id),
  };
}

/** JSON has no infinity, and so the schema has none. */
function finite({ times, ...match }: FaultMatch): FaultMatchSpec {
  if (times === undefined) return match;
  return { ...match, times: times === Number.POSITIVE_INFINITY ? "unlimited" : times };
}
