import { TokenError } from "../errors/token-error.ts";
import type { Clock } from "../time/clock.ts";
import { untilAborted } from "../time/until-aborted.ts";
import { keyDigest, type SessionKey } from "./session-key.ts";

/** What a pool keeps. */
export interface PooledSession {
  /** Ends the session, on the server too. Must not reject. */
  end(): Promise<void>;
  /** Whether the session turned out to be of no use. It then leaves the pool when its next user is done. */
  readonly isLost?: boolean;
}

/** Whether work may be done once more, on a new session. `"unless-new"` means: unless the lost one was opened for this work. */
export type Repetition = "always" | "unless-new" | "never";

/** Thrown by work on a session that may be of no use any more: the server does not know it, or has changed. */
export class SessionLostError extends Error {
  override readonly name = "SessionLostError";
  /** What the caller gets, unless a new session helps. */
  readonly error: unknown;
  readonly repetition: Repetition;
  constructor(error: unknown, { repetition }: { readonly repetition: Repetition }) {
    super("Cannot use the MCP session: it is lost");
    this.error = error;
    this.repetition = repetition;
  }
}

/** Limits of a pool. */
export interface SessionPoolOptions {
  readonly maxSessions: number;
  readonly idleMs: number;
  readonly clock: Clock;
  /** What the user closes, for the message of a call after that: "the client". */
  readonly owner: string;
}

/** One use of a session. */
export interface SessionUse<S, R> {
  readonly key: SessionKey;
  /** Called if the key has no session; callers of one key share it. Its signal ends an opening that no caller waits for. */
  readonly open: (signal: AbortSignal) => Promise<S>;
  readonly work: (session: S) => Promise<R>;
  /** Ends this caller's wait for the session. */
  readonly signal?: AbortSignal | undefined;
}

interface Slot<S> {
  readonly key: SessionKey;
  /** Where it stands in the pool. */
  readonly place: string;
  readonly opening: Promise<S>;
  /** Known once it is open. */
  session: S | undefined;
  readonly abandon: AbortController;
  readonly ended: PromiseWithResolvers<void>;
  users: number;
  idleSince: number;
  /** No longer handed out; ended when the last user is done. */
  retired: boolean;
  ending: boolean;
}

/**
 * Keeps sessions by key, the least recently used going first. A session that leaves is ended when its last user
 * is done. There are no timers: sessions idle for too long are ended when the pool is next used.
 */
export class SessionPool<S extends PooledSession> {
  readonly #options: SessionPoolOptions;
  /** In the order of use, the latest last. */
  readonly #slots = new Map<string, Slot<S>>();
  /** Those that are retired and not yet ended, too. */
  readonly #live = new Set<Slot<S>>();
  #closed = false;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
  }

  /** Works on the session of a key. If it turns out to be lost, once more on a new one, where the work may be repeated. */
  async use<R>(use: SessionUse<S, R>): Promise<R> {
    try {
      return await this.#useOnce(use);
    } catch (failure) {
      if (!(failure instanceof SessionLostError)) throw failure;
    }
    try {
      return await this.#useOnce(use);
    } catch (failure) {
      throw failure instanceof SessionLostError ? failure.error : failure;
    }
  }

  /** Refuses further use, waits for what is under way and ends every session. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const slot of this.#slots.values()) this.#retire(slot);
    await Promise.all([...this.#live].map(({ ended }) => ended.promise));
  }

  async #useOnce<R>({ key, open, work, signal }: SessionUse<S, R>): Promise<R> {
    const slot = this.#acquire(key, open);
    const isNew = slot.session === undefined;
    try {
      return await work(slot.session ?? (await untilAborted(slot.opening, signal)));
    } catch (failure) {
      if (!(failure instanceof SessionLostError)) throw failure;
      this.#retire(slot);
      const { repetition, error } = failure;
      throw repetition === "never" || (repetition === "unless-new" && isNew) ? error : failure;
    } finally {
      this.#release(slot);
    }
  }

  #acquire(key: SessionKey, open: SessionUse<S, unknown>["open"]): Slot<S> {
    if (this.#closed) {
      const { owner } = this.#options;
      throw new TokenError("ERR_TOKEN_CLOSED", `Cannot make the call: ${owner} is closed`);
    }
    this.#retireIdle();
    const place = this.#placeOf(key);
    const slot = this.#slots.get(place) ?? this.#open({ key, place }, open);
    this.#slots.delete(place);
    this.#slots.set(place, slot);
    slot.users++;
    const [oldest] = this.#slots.values();
    if (oldest !== undefined && this.#slots.size > this.#options.maxSessions) this.#retire(oldest);
    return slot;
  }

  /** A key stands at its name, unless the session of another key with that name stands there. */
  #placeOf(key: SessionKey): string {
    const found = this.#slots.get(key.name);
    const isTaken = found !== undefined && found.key.subjectToken !== key.subjectToken;
    return isTaken ? keyDigest(key) : key.name;
  }

  #open(
    { key, place }: Pick<Slot<S>, "key" | "place">,
    open: SessionUse<S, unknown>["open"],
  ): Slot<S> {
    const abandon = new AbortController();
    const slot: Slot<S> = {
      key,
      place,
      opening: open(abandon.signal),
      session: undefined,
      abandon,
      ended: Promise.withResolvers(),
      users: 0,
      idleSince: 0,
      retired: false,
      ending: false,
    };
    this.#live.add(slot);
    slot.opening.then(
      (session) => {
        slot.session = session;
      },
      () => this.#retire(slot),
    );
    return slot;
  }

  #retireIdle(): void {
    const { idleMs, clock } = this.#options;
    for (const slot of this.#slots.values()) {
      if (slot.users > 0) continue;
      if (clock.monotonic() - slot.idleSince < idleMs) break;
      this.#retire(slot);
    }
  }

  #retire(slot: Slot<S>): void {
    slot.retired = true;
    if (this.#slots.get(slot.place) === slot) this.#slots.delete(slot.place);
    if (slot.users === 0) this.#end(slot);
  }

  #release(slot: Slot<S>): void {
    slot.users--;
    slot.idleSince = this.#options.clock.monotonic();
    if (slot.session?.isLost) this.#retire(slot);
    else if (slot.users === 0 && slot.retired) this.#end(slot);
  }

  #end(slot: Slot<S>): void {
    if (slot.ending) return;
    slot.ending = true;
    slot.abandon.abort();
    slot.opening
      .then((session) => session.end())
      // One that never opened has nothing to end; its error went to those who waited.
      .catch(() => {})
      .finally(() => {
        this.#live.delete(slot);
        slot.ended.resolve();
      });
  }
}
