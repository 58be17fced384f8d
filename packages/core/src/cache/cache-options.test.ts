import { describe, expect, it, vi } from "vitest";
import { staticTokenSource } from "../sources/static-token-source.ts";
import { systemClock } from "../time/clock.ts";
import { createAccessToken } from "../token/access-token.ts";
import {
  type CacheSettings,
  type CachingTokenSourceOptions,
  cacheSettings,
} from "./cache-options.ts";
import { cachedScript } from "./cached-script.test-support.ts";
import { cachingTokenSource } from "./caching-token-source.ts";

describe("cacheSettings", () => {
  it("fills in the defaults", () => {
    expect(cacheSettings()).toEqual({
      maxEntries: 32,
      maxSubjectEntries: 4_096,
      fallbackLifetimeMs: 300_000,
      expiryBufferMs: 30_000,
      maxLifetimeMs: 86_400_000,
      failureLifetimeMs: 1_000,
      minRefreshIntervalMs: 5_000,
      maxProbeWaitMs: 5_000,
      clock: systemClock,
      random: Math.random,
    });
  });

  const limits: [
    keyof CacheSettings & keyof CachingTokenSourceOptions,
    min: number,
    max: number,
    step: number,
  ][] = [
    ["maxEntries", 0, 2 ** 24, 1],
    ["maxSubjectEntries", 0, 2 ** 24, 1],
    ["fallbackLifetimeMs", 1, 86_400_000, 0.5],
    ["expiryBufferMs", 0, 86_400_000, 0.5],
    ["maxLifetimeMs", 1, 365 * 86_400_000, 0.5],
    ["failureLifetimeMs", 0, 5_000, 0.5],
    ["maxProbeWaitMs", 0, 3_600_000, 0.5],
    ["minRefreshIntervalMs", 0, 3_600_000, 0.5],
  ];
  for (const [name, min, max, step] of limits) {
    it(`takes "${name}" from ${min} to ${max}, and names it otherwise`, () => {
      for (const value of [min, min + step, max - step, max]) {
        expect(cacheSettings({ [name]: value })[name]).toBe(value);
      }
      for (const value of [min - step, max + step, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(() => cacheSettings({ [name]: value })).toThrow(RangeError);
        expect(() => cacheSettings({ [name]: value })).toThrow(
          `"${name}" must be ${step === 1 ? "a whole number" : "a number"} from ${min} to ${max}, not ${value}`,
        );
      }
      for (const value of ["10", true, {}, 10n]) {
        expect(() => cacheSettings({ [name]: value })).toThrow(TypeError);
        expect(() => cacheSettings({ [name]: value })).toThrow(`"${name}" must be a number`);
      }
    });
  }

  for (const name of ["maxEntries", "maxSubjectEntries"]) {
    it(`takes "${name}" as a whole number only`, () => {
      expect(() => cacheSettings({ [name]: 1.5 })).toThrow(RangeError);
    });
  }

  const functions: [string, object][] = [
    ["random", { random: 0.5 }],
    ["onEvent", { onEvent: {} }],
    ["clock.now", { clock: {} }],
    ["clock.monotonic", { clock: { now: () => 0 } }],
  ];
  for (const [name, options] of functions) {
    it(`refuses "${name}" that is no function`, () => {
      expect(() => cacheSettings(options)).toThrow(TypeError);
      expect(() => cacheSettings(options)).toThrow(`"${name}" must be a function`);
    });
  }
});

describe("cachingTokenSource: construction", () => {
  it("refuses a source that is none", () => {
    for (const source of [undefined, null, {}, "token", () => {}]) {
      expect(() => cachingTokenSource(source as never)).toThrow('"source"');
    }
  });

  it("refuses options out of range, also for a source that caches already", () => {
    const source = staticTokenSource("abc");
    expect(() => cachingTokenSource(source, { maxEntries: -1 })).toThrow('"maxEntries"');
    const cache = cachingTokenSource(source);
    expect(() => cachingTokenSource(cache, { maxEntries: -1 })).toThrow('"maxEntries"');
  });

  it("returns a source that caches already as it is", () => {
    const cache = cachingTokenSource(staticTokenSource("abc"));
    expect(cachingTokenSource(cache)).toBe(cache);
  });

  it("gives what is cached already another cache where there are options", async () => {
    const { clock, source, cache, events } = cachedScript();
    const onEvent = vi.fn();
    const again = cachingTokenSource(cache, { maxEntries: 0, onEvent });
    await again.getToken();
    await again.getToken();
    expect(source.calls).toHaveLength(2); // Neither kept by the new cache nor by the first one.
    expect(cache.stats().requests).toBe(0);
    expect(events).toEqual([]);
    expect(onEvent).toHaveBeenCalledWith(expect.objectContaining({ at: clock.now() }));
  });

  it("reads the machine's clocks where none is given", async () => {
    const dead = createAccessToken({ token: "abc", expiresAt: Date.now() - 1 });
    const cache = cachingTokenSource({ identity: "dead", getToken: async () => dead });
    await cache.getToken();
    expect(cache.peek()).toBeUndefined();
    const lasting = cachingTokenSource(
      staticTokenSource({ token: "abc", expiresAt: Date.now() + 3_600_000 }),
    );
    const token = await lasting.getToken();
    expect(lasting.peek()).toBe(token);
  });
});
