import { TokenError } from "@agent-oauth/core";
import { emit } from "@agent-oauth/core/internal";
import type { DestinationAccess } from "./destination-binding.ts";

/** What a {@link WatchedBinding} reads and calls. */
export interface WatchedBindingOptions {
  /** The binding in use. */
  readonly access: DestinationAccess;
  /** Reads and checks the binding as it is now: the same object if it has not changed. Absent if it never changes. */
  readonly read: (() => Promise<DestinationAccess>) | undefined;
  /** Called with a binding that changed. */
  readonly onChange: (access: DestinationAccess) => void;
  /** Called once for each reason why the binding cannot be used. */
  readonly onError: ((error: TokenError) => void) | undefined;
}

/** Reads a binding again when it may have changed. If it cannot be used, the last good one stays in use. */
export class WatchedBinding {
  readonly #options: WatchedBindingOptions;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #access: DestinationAccess;
  #reason: string | undefined;

  constructor(options: WatchedBindingOptions) {
    this.#options = options;
    this.#access = options.access;
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
    const { read, onChange } = this.#options;
    if (read === undefined) return;
    try {
      const access = await read();
      this.#reason = undefined;
      if (access === this.#access) return;
      this.#access = access;
      onChange(access);
    } catch (error) {
      this.#emit(error);
    }
  }

  #emit(error: unknown): void {
    if (!TokenError.isInstance(error) || error.message === this.#reason) return;
    this.#reason = error.message;
    emit(this.#options.onError, error);
  }
}
