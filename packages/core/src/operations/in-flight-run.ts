import { untilAborted } from "../time/until-aborted.ts";

/** The operation and the user that a result belongs to. */
export interface OperationResultOf {
  readonly name: string;
  /** `undefined` if only a token identifies the user. */
  readonly principal: string | undefined;
}

/** One run of an operation that any number of callers share. */
export class InFlightRun {
  readonly of: OperationResultOf;
  readonly promise: Promise<unknown>;
  readonly #abort = new AbortController();
  /** The number of callers that still wait for the result. */
  #waiting = 0;
  #begun = false;

  constructor(of: OperationResultOf, run: (current: InFlightRun) => Promise<unknown>) {
    this.of = of;
    // The run begins in the next microtask, so callers of the same moment join before it begins.
    this.promise = Promise.resolve().then(() => {
      this.#begun = true;
      return run(this);
    });
    // All callers may have left when the run fails. Without a handler, the rejection would end the process.
    this.promise.catch(() => {});
  }

  /** Whether the run has begun. Its result may not reflect later changes. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Aborted when all callers have left. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Waits for the result. An abort ends this wait, and also the run if this was the last caller. */
  wait(signal: AbortSignal | undefined): Promise<unknown> {
    this.#waiting++;
    if (signal === undefined) return this.promise;
    const leave = () => {
      if (--this.#waiting === 0) this.#abort.abort(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
    const settled = () => signal.removeEventListener("abort", leave);
    this.promise.then(settled, settled);
    return untilAborted(this.promise, signal);
  }
}
