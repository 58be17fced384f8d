import type { OpenRecord, RecordedRequest } from "./recorded-request.ts";
import { matchesFilter, type RequestFilter } from "./request-filter.ts";

/** Keeps what the mock was asked. */
export interface Recorder {
  /** All requests in the order of their arrival. */
  readonly requests: readonly RecordedRequest[];
  /** TLS connections accepted since the last `clear()`: one handshake each. */
  readonly handshakes: number;
  /** Counts the requests a filter matches; all without one. */
  count(filter?: RequestFilter): number;
  /** Resolves with the matching requests as soon as there are `count` (default 1) of them. */
  waitFor(filter: RequestFilter, count?: number): Promise<readonly RecordedRequest[]>;
  /** Forgets everything. */
  clear(): void;
}

/** The recorder as the listeners feed it. */
export interface RecordingRecorder extends Recorder {
  begin(record: Omit<OpenRecord, "id">): OpenRecord;
  countHandshake(): void;
}

/** Most requests that are kept; the oldest go first. */
const maxRequests = 100_000;

/** Creates an empty recorder. */
export function createRecorder(): RecordingRecorder {
  let requests: OpenRecord[] = [];
  let handshakes = 0;
  let lastId = 0;
  const waiting = new Set<() => void>();
  const select = (filter: RequestFilter) => requests.filter((r) => matchesFilter(r, filter));
  return {
    get requests() {
      return requests;
    },
    get handshakes() {
      return handshakes;
    },
    count: (filter = {}) => select(filter).length,
    waitFor(filter, count = 1) {
      return new Promise((resolve) => {
        const check = () => {
          const found = select(filter);
          if (found.length < count) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      });
    },
    clear() {
      requests = [];
      handshakes = 0;
    },
    begin(record) {
      const open: OpenRecord = { id: ++lastId, ...record };
      requests.push(open);
      if (requests.length > maxRequests) requests.shift();
      for (const check of waiting) check();
      return open;
    },
    countHandshake() {
      handshakes++;
    },
  };
}
