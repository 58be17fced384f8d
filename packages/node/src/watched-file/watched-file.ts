import { resolve } from "node:path";
import { type Clock, digest, redactedCause, systemClock, TokenError } from "@agent-oauth/core";
import { checkOptions, emit, type OptionNames } from "@agent-oauth/core/internal";
import { readTextFile, textFileVersion } from "./text-file.ts";

/** Options of {@link createWatchedFile}. */
export interface WatchedFileOptions<T> {
  /**
   * Turns the text into the value. What it throws means "not usable": the last good value stays. Messages of
   * `TokenError`s are shown; those of other errors are not, since parsers quote what they read.
   */
  readonly parse: (text: string) => T;
  /** How often the file is looked at without being read by anybody, in milliseconds; 0 for never. Default 10 000. */
  readonly pollIntervalMs?: number;
  /** Called with every good value after the first, once per change of the content. What it throws is ignored. */
  readonly onChange?: (value: T) => void;
  /** Called when the file becomes unusable, once per fault; the last good value stays in use. What it throws is ignored. */
  readonly onError?: (error: TokenError) => void;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

const optionNames: OptionNames<WatchedFileOptions<unknown>> = {
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
   * Returns the file's content as it is now, or the last good one if what is there now cannot be used.
   *
   * @throws TokenError if the content never was good, or after `close()`.
   */
  read(): Promise<T>;
  /** Looks at the file now, as the poll does. Never rejects: faults go to `onError`. */
  refresh(): Promise<void>;
  /** Ends the poll. Nothing is called any more. */
  close(): void;
}

const DEFAULT_POLL_INTERVAL_MS = 10_000;
const MAX_TIMER_MS = 2_147_483_647;

/**
 * File systems stamp changes with a coarse clock, up to 2 s on some: a file changed less than this ago may
 * change again without a trace, so it is read rather than trusted.
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
  checkOptions(options, { doing: "watch a file", names: optionNames });
  const { pollIntervalMs = DEFAULT_POLL_INTERVAL_MS } = options ?? {};
  checkArguments(path, { ...options, pollIntervalMs });
  return new PolledFile(resolve(path), { ...options, pollIntervalMs });
}

class PolledFile<T> implements WatchedFile<T> {
  readonly path: string;
  readonly #options: WatchedFileOptions<T> & { readonly pollIntervalMs: number };
  #good: { readonly value: T; readonly digest: string } | undefined;
  /** Why the content is unusable now. */
  #fault: TokenError | undefined;
  /** Of the content judged last; `undefined` if the file must be read to know. */
  #version: string | undefined;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(path: string, options: WatchedFileOptions<T> & { readonly pollIntervalMs: number }) {
    this.path = path;
    this.#options = options;
  }

  async read(): Promise<T> {
    await this.refresh();
    if (this.#closed) {
      throw new TokenError("ERR_TOKEN_CLOSED", `Cannot read ${this.#name}: it is watched no more`);
    }
    if (this.#good !== undefined) return this.#good.value;
    throw this.#fault;
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
    this.#closed = true;
    clearTimeout(this.#timer);
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
    this.#fault = undefined;
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
    const fault = TokenError.isInstance(error)
      ? error
      : new TokenError("ERR_TOKEN_CONFIG", `Cannot watch ${this.#name}: a look at it failed`, {
          cause: redactedCause(error),
        });
    const known = fault.message === this.#fault?.message;
    this.#fault = fault;
    if (!known) emit(this.#options.onError, fault);
  }

  #schedule(): void {
    if (this.#closed || this.#options.pollIntervalMs === 0) return;
    this.#timer = setTimeout(() => void this.refresh(), this.#options.pollIntervalMs);
    this.#timer.unref();
  }
}

function checkArguments<T>(path: unknown, options: WatchedFileOptions<T>): void {
  if (typeof path !== "string" || path.trim() === "") {
    throw new TypeError('Cannot watch a file: "path" must be a non-empty string');
  }
  for (const name of ["parse", "onChange", "onError"] as const) {
    const value: unknown = options[name];
    if (typeof value === "function" || (value === undefined && name !== "parse")) continue;
    throw new TypeError(`Cannot watch a file: "${name}" must be a function, not ${typeof value}`);
  }
  const { pollIntervalMs } = options;
  if (typeof pollIntervalMs !== "number") {
    throw new TypeError('Cannot watch a file: "pollIntervalMs" must be a number');
  }
  if (!(pollIntervalMs >= 0 && pollIntervalMs <= MAX_TIMER_MS)) {
    throw new RangeError(
      `Cannot watch a file: "pollIntervalMs" must be from 0 to ${MAX_TIMER_MS}, not ${pollIntervalMs}`,
    );
  }
}
