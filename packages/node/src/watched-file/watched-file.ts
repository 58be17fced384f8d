import { resolve } from "node:path";
import { type Clock, redactedCause, systemClock, TokenError } from "@agent-oauth/core";
import {
  checkOptions,
  digest,
  emit,
  functionOption,
  MAX_TIMER_MS,
  numberOption,
  type OptionNames,
  textOption,
  untilAborted,
} from "@agent-oauth/core/internal";
import { readTextFile, textFileVersion } from "./text-file.ts";

/** Options of {@link createWatchedFile}. */
export interface WatchedFileOptions<T> {
  /**
   * Turns the text into the value. If it throws, the content is unusable and the last good value stays. The error shows
   * messages of `TokenError`s, but not those of other errors: parsers quote what they read.
   */
  readonly parse: (text: string) => T;
  /** How often the poll looks at the file, in milliseconds; 0 turns it off. Default 10 000. */
  readonly pollIntervalMs?: number;
  /** Called with every good value after the first, once per change of the content. Its errors are ignored. */
  readonly onChange?: (value: T) => void;
  /** Called when the file becomes unusable, once per reason; the last good value stays in use. Its errors are ignored. */
  readonly onError?: (error: TokenError) => void;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

const OPTIONS: OptionNames<WatchedFileOptions<unknown>> = {
  parse: true,
  pollIntervalMs: true,
  onChange: true,
  onError: true,
  clock: true,
};

/** A file whose parsed content follows the file. */
export interface WatchedFile<T> {
  /** Absolute. */
  readonly path: string;
  /**
   * Returns the file's content as it is now, or the last good content if the file cannot be used now.
   *
   * @throws TokenError if the content was never good, or `ERR_TOKEN_CLOSED` as soon as the watch is closed.
   */
  read(): Promise<T>;
  /** Looks at the file now, as the poll does. It never rejects: `onError` gets the errors. */
  refresh(): Promise<void>;
  /** Ends the poll and pending reads. No callback is called afterwards. */
  close(): void;
}

const DOING = "watch a file";
const DEFAULT_POLL_INTERVAL_MS = 10_000;

/**
 * Some file systems stamp changes with a clock of 2 s resolution: a file that changed less than this ago may change
 * again with the same stamp, so it is read again.
 */
const SETTLED_AFTER_MS = 2_000;

/**
 * Keeps the parsed content of a small UTF-8 file (at most 1 MiB) up to date, through renames, symbolic links
 * swapped as Kubernetes does it, and half-written files, which leave the last good value in use.
 *
 * Each `read()` asks the file system whether the file changed; from the first one on, a poll does so too, on a timer
 * that keeps no process alive.
 *
 * @example
 * ```ts
 * const config = createWatchedFile("/etc/agent/config.json", { parse: JSON.parse });
 * const { endpoint } = await config.read();
 * ```
 * @throws TypeError | RangeError naming the argument or option that is unknown, of a wrong type, blank or out of range.
 */
export function createWatchedFile<T>(path: string, options: WatchedFileOptions<T>): WatchedFile<T> {
  checkOptions(options, { doing: DOING, names: OPTIONS });
  const { pollIntervalMs = DEFAULT_POLL_INTERVAL_MS } = options ?? {};
  checkArguments(path, { ...options, pollIntervalMs });
  return new PolledFile(resolve(path), { ...options, pollIntervalMs });
}

class PolledFile<T> implements WatchedFile<T> {
  readonly path: string;
  readonly #options: WatchedFileOptions<T> & { readonly pollIntervalMs: number };
  #good: { readonly value: T; readonly digest: string } | undefined;
  /** Why the content is unusable now. */
  #error: TokenError | undefined;
  /** Of the content judged last; `undefined` if the file must be read to know. */
  #version: string | undefined;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #closing = new AbortController();

  constructor(path: string, options: WatchedFileOptions<T> & { readonly pollIntervalMs: number }) {
    this.path = path;
    this.#options = options;
  }

  async read(): Promise<T> {
    // A file system may never answer: then the end of the watch ends the wait.
    await untilAborted(this.refresh(), this.#closing.signal);
    if (this.#good !== undefined) return this.#good.value;
    throw this.#error;
  }

  refresh(): Promise<void> {
    // A look under way may have begun before the change the caller knows of: share only one that has not begun.
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      this.#running = this.#look();
      return this.#running;
    });
    return this.#next;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#closing.abort(
      new TokenError("ERR_TOKEN_CLOSED", `Cannot read ${this.#name}: its watch was closed`),
    );
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  get #name(): string {
    return JSON.stringify(this.path);
  }

  async #look(): Promise<void> {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    try {
      if (this.#version === undefined || (await textFileVersion(this.path)) !== this.#version) {
        await this.#load();
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#schedule();
  }

  async #load(): Promise<void> {
    this.#version = undefined;
    const { text, version, modifiedAt } = await readTextFile(this.path);
    if (this.#closed) return;
    const contentDigest = digest(text);
    if (contentDigest !== this.#good?.digest) this.#accept(this.#parse(text), contentDigest);
    this.#error = undefined;
    // Only here: what is unusable now may be usable later as it is, such as a certificate of tomorrow.
    const age = (this.#options.clock ?? systemClock).now() - modifiedAt;
    if (age >= SETTLED_AFTER_MS) this.#version = version;
  }

  #parse(text: string): T {
    try {
      return this.#options.parse(text);
    } catch (error) {
      if (TokenError.isInstance(error)) throw error;
      throw new TokenError(
        "ERR_TOKEN_CONFIG",
        `Cannot use ${this.#name}: its content is not valid`,
        {
          cause: redactedCause(error),
        },
      );
    }
  }

  #accept(value: T, contentDigest: string): void {
    const first = this.#good === undefined;
    this.#good = { value, digest: contentDigest };
    if (!first) emit(this.#options.onChange, value);
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    const unusable = TokenError.isInstance(error)
      ? error
      : new TokenError("ERR_TOKEN_CONFIG", `Cannot watch ${this.#name}: a look at it failed`, {
          cause: redactedCause(error),
        });
    const known = unusable.message === this.#error?.message;
    this.#error = unusable;
    if (!known) emit(this.#options.onError, unusable);
  }

  #schedule(): void {
    if (this.#closed || this.#options.pollIntervalMs === 0) return;
    this.#timer = setTimeout(() => void this.refresh(), this.#options.pollIntervalMs);
    this.#timer.unref();
  }
}

function checkArguments<T>(path: unknown, options: WatchedFileOptions<T>): void {
  textOption(path, { option: "path", doing: DOING });
  for (const option of ["parse", "onChange", "onError"] as const) {
    functionOption(options[option], { option, doing: DOING });
  }
  if (options.parse === undefined) throw new TypeError(`Cannot ${DOING}: "parse" is missing`);
  numberOption(options.pollIntervalMs, {
    option: "pollIntervalMs",
    doing: DOING,
    min: 0,
    max: MAX_TIMER_MS,
  });
}
