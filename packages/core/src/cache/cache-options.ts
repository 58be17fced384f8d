import type { TokenEventSink } from "../events/token-event.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { kindOf } from "../options/plain-object.ts";
import type { SharedStore } from "../store/shared-store.ts";
import { type Clock, systemClock } from "../time/clock.ts";

/** Options of a token cache. Every option has a default that suits agents. */
export interface CachingTokenSourceOptions {
  /** The maximum number of system tokens in the cache; 0 turns caching off for them. Default 32. */
  readonly maxEntries?: number;
  /** The maximum number of user tokens in the cache; 0 turns caching off for them. Default 4 096. */
  readonly maxSubjectEntries?: number;
  /** How long a token with an unknown expiry is kept, in milliseconds since its request was sent. Default 300 000. */
  readonly fallbackLifetimeMs?: number;
  /** How early before its expiry a token is no longer used, in milliseconds, but at most a tenth of its lifetime. Default 30 000. */
  readonly expiryBufferMs?: number;
  /** The maximum lifetime, in milliseconds. A longer lifetime is cut. Default 86 400 000 (24 h). */
  readonly maxLifetimeMs?: number;
  /** How long the cache repeats a refusal by the authorization server for the same request, in milliseconds, at most 5 000. Default 1 000. */
  readonly failureLifetimeMs?: number;
  /** The minimum time between two refreshes of one token, in milliseconds. Default 5 000. */
  readonly minRefreshIntervalMs?: number;
  /**
   * How long a call waits while another call probes a token endpoint that is down, in milliseconds; with 0 it fails at once.
   * Default 5 000.
   */
  readonly maxProbeWaitMs?: number;
  /**
   * A store that several processes share. A token that is not in memory is taken from the store; one process requests it, and the
   * others use it. The source has to say that its identity may leave the process (`sharing`). Default: none.
   */
  readonly store?: SharedStore;
  /** Allows a store that is not encrypted: whoever can read it can use the tokens. Default `false`. */
  readonly plaintext?: boolean;
  /** Default: the machine's clocks. */
  readonly clock?: Clock;
  /** Numbers from 0 up to 1, for jitter. Default `Math.random`. */
  readonly random?: () => number;
  /** Called with each event. Default: events are dropped. */
  readonly onEvent?: TokenEventSink;
}

/** The names of all options of a cache, for factories that pass them on. */
export const CACHE_OPTION_NAMES: OptionNames<CachingTokenSourceOptions> = {
  maxEntries: true,
  maxSubjectEntries: true,
  fallbackLifetimeMs: true,
  expiryBufferMs: true,
  maxLifetimeMs: true,
  failureLifetimeMs: true,
  minRefreshIntervalMs: true,
  maxProbeWaitMs: true,
  store: true,
  plaintext: true,
  clock: true,
  random: true,
  onEvent: true,
};

/** The options with every default filled in. */
export type CacheSettings = Required<
  Omit<CachingTokenSourceOptions, "onEvent" | "store" | "plaintext">
> &
  Pick<CachingTokenSourceOptions, "onEvent" | "store">;

const NUMBERS = {
  maxEntries: { value: 32, min: 0, max: 2 ** 24, whole: true },
  maxSubjectEntries: { value: 4_096, min: 0, max: 2 ** 24, whole: true },
  fallbackLifetimeMs: { value: 300_000, min: 1, max: 86_400_000 },
  expiryBufferMs: { value: 30_000, min: 0, max: 86_400_000 },
  maxLifetimeMs: { value: 86_400_000, min: 1, max: 365 * 86_400_000 },
  failureLifetimeMs: { value: 1_000, min: 0, max: 5_000 },
  minRefreshIntervalMs: { value: 5_000, min: 0, max: 3_600_000 },
  maxProbeWaitMs: { value: 5_000, min: 0, max: 3_600_000 },
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError | RangeError if an option is unknown, of a wrong type or out of range. The message names the option.
 */
export function cacheSettings(options: CachingTokenSourceOptions = {}): CacheSettings {
  checkOptions(options, { doing: "create a cache", names: CACHE_OPTION_NAMES });
  const { clock = systemClock, random = Math.random, onEvent } = options;
  requireFunction("random", random);
  if (onEvent !== undefined) requireFunction("onEvent", onEvent);
  requireFunction("clock.now", clock?.now);
  requireFunction("clock.monotonic", clock?.monotonic);
  if (clock.timer !== undefined) requireFunction("clock.timer", clock.timer);
  const store = checkedStore(options);
  const numbers = Object.fromEntries(
    Object.keys(NUMBERS).map((name) => [name, number(name as keyof typeof NUMBERS, options)]),
  ) as Record<keyof typeof NUMBERS, number>;
  return { ...numbers, clock, random, ...(onEvent && { onEvent }), ...(store && { store }) };
}

function number(name: keyof typeof NUMBERS, options: CachingTokenSourceOptions): number {
  const rule: { value: number; min: number; max: number; whole?: boolean } = NUMBERS[name];
  const value: unknown = options[name] ?? rule.value;
  if (typeof value !== "number") {
    throw new TypeError(`Cannot create a cache: "${name}" must be a number, not ${kindOf(value)}`);
  }
  const inRange = value >= rule.min && value <= rule.max;
  if (!inRange || (rule.whole === true && !Number.isInteger(value))) {
    const kind = rule.whole === true ? "a whole number" : "a number";
    throw new RangeError(
      `Cannot create a cache: "${name}" must be ${kind} from ${rule.min} to ${rule.max}, not ${value}`,
    );
  }
  return value;
}

function checkedStore({ store, plaintext }: CachingTokenSourceOptions): SharedStore | undefined {
  if (plaintext !== undefined && typeof plaintext !== "boolean") {
    throw new TypeError(
      `Cannot create a cache: "plaintext" must be true or false, not ${kindOf(plaintext)}`,
    );
  }
  if (store === undefined) return undefined;
  if (typeof store?.read !== "function" || typeof store.watch !== "function") {
    throw new TypeError(
      `Cannot create a cache: "store" must be a shared store, not ${kindOf(store)}`,
    );
  }
  if (store.protection === "encrypted" || plaintext === true) return store;
  throw new TypeError(
    'Cannot create a cache: "store" is not encrypted, so whoever can read it can use the tokens; wrap it with encryptedStore(), or set "plaintext: true"',
  );
}

function requireFunction(name: string, value: unknown): void {
  if (typeof value !== "function") {
    throw new TypeError(
      `Cannot create a cache: "${name}" must be a function, not ${kindOf(value)}`,
    );
  }
}
