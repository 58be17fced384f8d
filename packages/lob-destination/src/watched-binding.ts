import { TokenError } from "@agent-oauth/core";
import type { DestinationAccess } from "./destination-binding.ts";

/** What follows a binding. */
export interface WatchedBindingOptions {
  /** Reads and checks the binding as it is now; absent if it never changes. */
  readonly read: (() => Promise<DestinationAccess>) | undefined;
  /** Called with a binding that was read. */
  readonly onRead: (access: DestinationAccess) => void;
  /** Called once per fault. */
  readonly onError: ((error: TokenError) => void) | undefined;
}

/** Reads a binding again when it may have changed. What cannot be used leaves the last good one in use. */
export class WatchedBinding {
  readonly #options: WatchedBindingOptions;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #fault: string | undefined;

  constructor(options: WatchedBindingOptions) {
    this.#options = options;
  }

  /** Looks now. Never rejects. */
  refresh(): Promise<void> {
    // A look under way may have begun before the change the caller knows of: share only one that has not begun.
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      this.#running = this.#look();
      return this.#running;
    });
    return this.#next;
  }

  async #look(): Promise<void> {
    const { read, onRead } = this.#options;
    if (read === undefined) return;
    try {
      onRead(await read());
      this.#fault = undefined;
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    if (!TokenError.isInstance(error) || error.message === this.#fault) return;
    this.#fault = error.message;
    try {
      this.#options.onError?.(error);
    } catch {
      // A sink's own failure is not ours to report.
    }
  }
}
