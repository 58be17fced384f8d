import { TokenError, type TokenErrorCode, type TokenErrorOptions } from "../errors/token-error.ts";
import type { TokenEvent } from "../events/token-event.ts";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import { createScriptedSource, type ScriptedSource } from "../testing/scripted-source.ts";
import type { CachingTokenSourceOptions } from "./cache-options.ts";
import { type CachingTokenSource, cachingTokenSource } from "./caching-token-source.ts";

/** A cache over a scripted source, on a clock of its own, with all that it told. */
export interface CachedScript {
  readonly clock: FakeClock;
  readonly source: ScriptedSource;
  readonly cache: CachingTokenSource;
  readonly events: TokenEvent[];
  /** The events of one type. */
  told<E extends TokenEvent["type"]>(type: E): Extract<TokenEvent, { type: E }>[];
}

/** Tokens last an hour: at `random` 0.5 they are stale after {@link SOFT_MS} and expired after {@link HARD_MS}. */
export function cachedScript(options: CachingTokenSourceOptions = {}): CachedScript {
  const clock = createFakeClock();
  const source = createScriptedSource({ clock, lifetimeMs: LIFETIME_MS });
  const events: TokenEvent[] = [];
  const cache = cachingTokenSource(source, {
    clock,
    random: () => 0.5,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const told = (type: TokenEvent["type"]) => events.filter((event) => event.type === type);
  return { clock, source, cache, events, told: told as CachedScript["told"] };
}

/** How long a scripted token lasts. */
export const LIFETIME_MS = 3_600_000;
/** An hour less the 30 s of buffer. */
export const HARD_MS = 3_570_000;
/** Four fifths of {@link HARD_MS}. */
export const SOFT_MS = 2_856_000;

/** An error as sources throw it. */
export function tokenError(code: TokenErrorCode, options: TokenErrorOptions = {}): TokenError {
  return new TokenError(code, "Cannot get a token: the script says so", options);
}

/** Resolves when everything that can run now has run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
