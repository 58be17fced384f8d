import { setTimeout } from "node:timers/promises";
import { createGate, type Hold } from "./hold.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import { matchesFilter, type RequestFilter } from "./request-filter.ts";

/** A way to spoil an answer that is no plain HTTP error. */
export type Breakage =
  /** The real answer with the second half of its body cut off, as a complete HTTP message. */
  | "truncated-json"
  /** Status 200 and a web page. */
  | "html"
  /** Status 200 and no body. */
  | "empty"
  /** The real answer, declared as `text/plain`. */
  | "wrong-content-type"
  /** The connection ends before an answer; the request has no effect. */
  | "reset-before-headers"
  /** The connection ends within the body; the request had its effect. */
  | "reset-after-headers";

/** The answer a fault gives instead of the real one. */
export interface FaultAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else as JSON. Default: an OAuth error that fits the status. */
  readonly body?: unknown;
}

/** Which requests a fault hits, and how often. */
export interface FaultMatch extends RequestFilter {
  /** Number of requests to hit. Default 1; `Infinity` until `reset()`. */
  readonly times?: number;
}

/** What a request is to suffer. */
export type Fault = { readonly answer: FaultAnswer } | { readonly breakage: Breakage };

/** The faults that are set. */
export interface Faults {
  fail(answer: FaultAnswer, match: FaultMatch): void;
  breakAnswer(breakage: Breakage, match: FaultMatch): void;
  delay(delayMs: number, match: FaultMatch): void;
  hold(filter: RequestFilter): Hold;
  /** Waits as long as holds and delays want, then takes the fault a request is to suffer. */
  strike(request: RecordedRequest): Promise<Fault | undefined>;
  /** Removes all faults and lets held requests go. */
  reset(): void;
}

/** The longest delay in milliseconds: a day. */
const maxDelayMs = 86_400_000;

type Planned = { readonly match: FaultMatch; left: number } & (
  | Fault
  | { readonly delayMs: number }
);

/** Creates an empty list of faults; `sleep` is what delays wait with. */
export function createFaults(sleep: (delayMs: number) => Promise<unknown> = setTimeout): Faults {
  const planned: Planned[] = [];
  const holds = new Set<{ filter: RequestFilter; admit(): Promise<void>; release(): void }>();
  const plan = (what: Fault | { delayMs: number }, match: FaultMatch) => {
    planned.push({ ...what, match, left: checkTimes(match.times ?? 1) });
  };

  function take(request: RecordedRequest, kind: "delay" | "fault"): Planned | undefined {
    const found = planned.find(
      (fault) => "delayMs" in fault === (kind === "delay") && isHit(request, fault.match),
    );
    if (found !== undefined && --found.left <= 0) planned.splice(planned.indexOf(found), 1);
    return found;
  }

  return {
    fail: (answer, match) => plan({ answer }, match),
    breakAnswer: (breakage, match) => plan({ breakage }, match),
    delay: (delayMs, match) => plan({ delayMs: checkDelay(delayMs) }, match),
    hold(filter) {
      const gate = createGate(() => holds.delete(entry));
      const entry = { filter, admit: gate.admit, release: gate.hold.release };
      holds.add(entry);
      return gate.hold;
    },
    async strike(request) {
      for (const { filter, admit } of holds) if (matchesFilter(request, filter)) await admit();
      const delay = take(request, "delay");
      if (delay !== undefined && "delayMs" in delay) await sleep(delay.delayMs);
      const fault = take(request, "fault");
      return fault === undefined || "delayMs" in fault ? undefined : fault;
    },
    reset() {
      planned.length = 0;
      for (const { release } of holds) release();
    },
  };
}

function isHit(request: RecordedRequest, { times: _, ...filter }: FaultMatch): boolean {
  return matchesFilter(request, filter);
}

function checkTimes(times: number): number {
  if (times !== Number.POSITIVE_INFINITY && !(Number.isInteger(times) && times > 0)) {
    throw new RangeError(`Cannot set a fault: "times" must be a positive integer, got ${times}`);
  }
  return times;
}

function checkDelay(delayMs: number): number {
  if (!(delayMs >= 0 && delayMs <= maxDelayMs)) {
    throw new RangeError(
      `Cannot set a delay: "delayMs" must be from 0 to ${maxDelayMs}, got ${delayMs}`,
    );
  }
  return delayMs;
}
