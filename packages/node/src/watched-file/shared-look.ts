/**
 * Looks at something that may change, one look at a time. Callers share a look only if it has not begun: a look under way may
 * have begun before the change of which the caller knows.
 */
export class SharedLook {
  readonly #look: () => Promise<void>;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  /** @param look must not reject. */
  constructor(look: () => Promise<void>) {
    this.#look = look;
  }

  /** Looks, or shares the look that is about to begin. */
  run(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      this.#running = this.#look();
      return this.#running;
    });
    return this.#next;
  }
}
