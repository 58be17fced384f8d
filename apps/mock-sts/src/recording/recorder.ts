import { checkData } from "../checks/check-data.ts";
import { checkFields, type FieldKinds } from "../checks/fields.ts";
import { type Bounds, createBoundedCache } from "./bounded-cache.ts";
import type { OpenRecord, RecordedRequest } from "./recorded-request.ts";
import { matchesFilter } from "./request-filter.ts";
import { REQUEST_FILTER_SCHEMA, type RequestFilter } from "./request-match.ts";
import { countRequest, NO_REQUESTS, type RequestTotals } from "./request-totals.ts";
import { createSubscribers } from "./subscribers.ts";

/** Keeps the requests to the mock. */
export interface Recorder {
  /** The requests that are kept, in the order of their arrival. */
  readonly requests: readonly RecordedRequest[];
  /** TLS connections accepted since the last `clear()`: one handshake each. */
  readonly handshakes: number;
  /** Counts of the requests answered since the last `clear()`, also of those no longer kept. */
  readonly totals: RequestTotals;
  /** Number of the newest response; 0 before the first. */
  readonly lastAnswerId: number;
  /** Returns the requests that match a filter. */
  select(filter: RequestFilter): readonly RecordedRequest[];
  /** Counts the requests that match a filter; all requests without one. */
  count(filter?: RequestFilter): number;
  /** Resolves with the matching requests as soon as there are `count` (default 1) of them. */
  waitFor(
    filter: RequestFilter,
    count?: number,
    options?: WaitOptions,
  ): Promise<readonly RecordedRequest[]>;
  /**
   * Calls a function with each request that has its response, until the returned function is
   * called. Errors and rejections of the function are ignored.
   */
  onAnswer(listener: (request: RecordedRequest) => unknown): () => void;
  /** Forgets everything. */
  clear(): void;
}

/** How to wait for requests. */
export interface WaitOptions {
  /** Ends the wait, which rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/** The recorder as the listeners write to it. */
export interface RecordingRecorder extends Recorder {
  /** Keeps a request that has arrived, with its weight in bytes. */
  begin(record: Omit<OpenRecord, "id">, bytes: number): OpenRecord;
  /** Notes that a request has its response, or that its connection has ended. */
  finish(record: OpenRecord): void;
  countHandshake(): void;
}

/** Creates an empty recorder; `onClear` is called by `clear()`. */
export function createRecorder(bounds: Bounds, onClear: () => void = () => {}): RecordingRecorder {
  const kept = createBoundedCache<number, OpenRecord>(bounds);
  let handshakes = 0;
  let lastId = 0;
  let lastAnswerId = 0;
  let totals = NO_REQUESTS;
  const answered = createSubscribers<RecordedRequest>();
  const select = (filter: RequestFilter) =>
    kept.values().filter((request) => matchesFilter(request, filter));
  const waits = createWaits(select);
  return {
    get requests() {
      return kept.values();
    },
    get handshakes() {
      return handshakes;
    },
    get totals() {
      return totals;
    },
    get lastAnswerId() {
      return lastAnswerId;
    },
    select: (filter) => select(checked(filter)),
    count: (filter = {}) => select(checked(filter)).length,
    waitFor: waits.waitFor,
    onAnswer: answered.subscribe,
    clear() {
      kept.clear();
      onClear();
      handshakes = 0;
      totals = NO_REQUESTS;
    },
    begin(record, bytes) {
      const open: OpenRecord = { id: ++lastId, ...record };
      kept.add({ key: open.id, value: open, bytes });
      waits.check();
      return open;
    },
    finish(record) {
      record.answerId = ++lastAnswerId;
      totals = countRequest(totals, record);
      waits.check();
      answered.emit(record);
    },
    countHandshake() {
      handshakes++;
    },
  };
}

/** With a misspelt field, a filter would match no request, or every request. */
function checked(filter: RequestFilter): RequestFilter {
  return checkData(REQUEST_FILTER_SCHEMA, filter, "select requests");
}

const WAIT_NAMES: FieldKinds<WaitOptions> = { signal: "other" };

function createWaits(select: Recorder["select"]) {
  const waiting = createSubscribers();
  const waitFor: Recorder["waitFor"] = (given, count = 1, options = {}) =>
    new Promise((resolve, reject) => {
      const filter = checked(given);
      checkFields(options, { start: "Cannot wait for requests:", names: WAIT_NAMES });
      const { signal } = options;
      if (signal !== undefined && !(signal instanceof AbortSignal)) {
        throw new TypeError('Cannot wait for requests: "signal" must be an AbortSignal');
      }
      const stop = () => {
        unsubscribe();
        signal?.removeEventListener("abort", abort);
      };
      const abort = () => {
        stop();
        reject(signal?.reason);
      };
      const check = () => {
        const found = select(filter);
        if (found.length < count) return;
        stop();
        resolve(found);
      };
      if (signal?.aborted) return reject(signal.reason);
      const unsubscribe = waiting.subscribe(check);
      signal?.addEventListener("abort", abort);
      check();
    });
  return { waitFor, check: () => waiting.emit() };
}
