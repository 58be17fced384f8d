import { untilAborted } from "../time/until-aborted.ts";

/** What a kept or a coming result belongs to. */
export interface OperationResultOf {
  readonly name: string;
  /** `undefined` if the user is known by a token alone. */
  readonly principal: string | undefined;
}

/** One run of an operation that any number of callers wait for. */
export class InFlightRun {
  readonly of: OperationResultOf;
  readonly promise: Promise<unknown>;
  readonly #abort = new AbortController();
  /** How many of those who wait may still want the result. */
  #waiting = 0;
  #begun = false;

  constructor(of: OperationResultOf, run: (current: InFlightRun) => Promise<unknown>) {
    this.of = of;
    // Not at once: those who call in the same moment join before it begins.
    this.promise = Promise.resolve().then(() => {
      this.#begun = true;
      return run(this);
    });
    // Those who wait may all have gone when it fails.
    this.promise.catch(() => {});
  }

  /** Whether it runs already: what happens from now on may be missing in its result. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Aborted when nobody waits any more. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Waits for the result. An abort ends this wait, and the run if it was the last one. */
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
