import { TokenError } from "@agent-oauth/core";
import { emit } from "@agent-oauth/core/internal";
import { SharedLook } from "@agent-oauth/node/internal";
import type { DestinationAccess } from "./destination-binding.ts";

/** Reads a binding again when it may have changed. If it cannot be used, the last good one stays in use. */
export class WatchedBinding {
  readonly #options: WatchedBindingOptions;
  readonly #looks = new SharedLook(() => this.#look());
  #access: DestinationAccess;
  #reason: string | undefined;

  constructor(options: WatchedBindingOptions) {
    this.#options = options;
    this.#access = options.access;
  }

  /** Looks now. Never rejects. */
  refresh(): Promise<void> {
    return this.#looks.run();
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
