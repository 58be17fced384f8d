import { setTimeout } from "node:timers/promises";
import type { RecordedRequest } from "../recording/recorded-request.ts";
import { matchesFilter } from "../recording/request-filter.ts";
import type { RequestFilter } from "../recording/request-match.ts";
import type { FaultEffect, FaultMatchSpec, FaultSpec } from "./fault-schema.ts";
import { createTrigger, type FaultTrigger } from "./fault-trigger.ts";
import { createGate, type Hold } from "./hold.ts";

/** A fault that is set. */
export interface FaultInfo extends FaultSpec {
  /** Number of the fault, from 1. */
  readonly id: number;
  /** Number of requests it has hit. */
  readonly hits: number;
}

/** The faults that are set. */
export interface Faults {
  /** Sets a fault; it is removed after its last hit. */
  add(spec: FaultSpec): FaultInfo;
  list(): readonly FaultInfo[];
  /** Removes a fault and tells whether it was set. */
  remove(id: number): boolean;
  hold(filter: RequestFilter): Hold;
  /** Waits for holds and delays, then returns the effect to apply to a request. */
  apply(request: RecordedRequest): Promise<FaultEffect | undefined>;
  /** Tells whether to refuse the next connection to a listener. */
  refusesHandshake(listener: RecordedRequest["listener"]): boolean;
  /** Removes all faults and lets held requests go. */
  reset(): void;
}

interface Planned {
  readonly id: number;
  readonly spec: FaultSpec;
  readonly trigger: FaultTrigger;
}

/** The parts that faults can be tested with. */
export interface FaultsOptions {
  /** The function that delays wait with. */
  readonly sleep?: (delayMs: number) => Promise<unknown>;
  /** Seed of faults without a seed of their own. Default 1. */
  readonly seed?: number;
}

/** Creates an empty list of faults. */
export function createFaults({ sleep = wait, seed = 1 }: FaultsOptions = {}): Faults {
  let planned: readonly Planned[] = [];
  let lastId = 0;
  const holds = new Set<{ filter: RequestFilter; admit(): Promise<void>; release(): void }>();

  /** Every matching fault counts the request, until one hits it. */
  function take(isMeant: (spec: FaultSpec) => boolean): FaultEffect | undefined {
    const hit = planned.find(({ spec, trigger }) => isMeant(spec) && trigger.pull());
    planned = planned.filter(({ trigger }) => !trigger.spent);
    return hit?.spec.effect;
  }

  return {
    add(spec) {
      const fault = { id: ++lastId, spec, trigger: createTrigger({ seed, ...spec.match }) };
      planned = [...planned, fault];
      return describe(fault);
    },
    list: () => planned.map(describe),
    remove(id) {
      const rest = planned.filter((fault) => fault.id !== id);
      const isFound = rest.length < planned.length;
      planned = rest;
      return isFound;
    },
    hold(filter) {
      const gate = createGate(() => holds.delete(entry));
      const entry = { filter, admit: gate.admit, release: gate.hold.release };
      holds.add(entry);
      return gate.hold;
    },
    async apply(request) {
      for (const { filter, admit } of holds) if (matchesFilter(request, filter)) await admit();
      const isHit = ({ match = {} }: FaultSpec) => matchesFilter(request, filterOf(match));
      const delay = take((spec) => spec.effect.kind === "delay" && isHit(spec));
      if (delay?.kind === "delay") await sleep(delay.delayMs);
      return take((spec) => !["delay", "tls-refusal"].includes(spec.effect.kind) && isHit(spec));
    },
    refusesHandshake: (listener) =>
      take(
        ({ effect, match }) =>
          effect.kind === "tls-refusal" && (match?.listener ?? listener) === listener,
      ) !== undefined,
    reset() {
      planned = [];
      for (const { release } of holds) release();
    },
  };
}

/** The connection of the waiting request keeps the process alive; the timer does not. */
function wait(delayMs: number): Promise<unknown> {
  return setTimeout(delayMs, undefined, { ref: false });
}

function describe({ id, spec, trigger }: Planned): FaultInfo {
  return { id, ...spec, hits: trigger.hits };
}

function filterOf({ times, nth, probability, seed, ...filter }: FaultMatchSpec): RequestFilter {
  return filter;
}
