import { describe, expect, it } from "vitest";
import { cachedScript, HARD_MS, LIFETIME_MS } from "./cached-script.test-support.ts";

const HOUR = 3_600_000;

describe("cachingTokenSource: clocks", () => {
  it("fetches anew when the token is dead, although the wall clock went back two hours", async () => {
    const { clock, source, cache } = cachedScript();
    const bound = cache.bind();
    await bound.getToken();
    await bound.getToken();
    clock.step(-2 * HOUR);
    clock.advance(LIFETIME_MS);
    expect(cache.peek()).toBeUndefined();
    expect((await bound.getToken()).token).toBe("token-2");
    expect(source.calls).toHaveLength(2);
  });

  it("fetches anew when the machine slept past the token's end", async () => {
    const { clock, cache } = cachedScript();
    const bound = cache.bind();
    await bound.getToken();
    await bound.getToken();
    clock.step(LIFETIME_MS);
    expect(bound.peek()).toBeUndefined();
    expect((await bound.getToken()).token).toBe("token-2");
  });

  it("keeps a token for its lifetime when the wall clock goes back", async () => {
    const { clock, source, cache } = cachedScript();
    await cache.getToken();
    clock.step(-2 * HOUR);
    clock.advance(HARD_MS - 1_000);
    expect(cache.peek()).toBeDefined();
    expect(source.calls).toHaveLength(1);
  });

  for (const step of [-2 * HOUR, 2 * HOUR]) {
    it(`keeps a token no longer than it lasts if the wall clock steps ${step} ms while it is fetched`, async () => {
      const { clock, source, cache } = cachedScript();
      source.hold();
      const waiting = cache.getToken();
      clock.step(step);
      source.release();
      await waiting;
      clock.advance(HARD_MS);
      expect(cache.peek()).toBeUndefined();
    });
  }

  it("does not lose a token whose request saw the wall clock put back", async () => {
    const { clock, source, cache } = cachedScript();
    source.hold();
    const waiting = cache.getToken();
    clock.step(-2 * HOUR);
    source.release();
    const token = await waiting;
    clock.advance(HARD_MS - 1_000);
    expect(cache.peek()).toBe(token);
  });

  it("judges the subject's end by the wall clock as it goes now", async () => {
    const { clock, cache } = cachedScript();
    const request = { subjectToken: "opaque" };
    await cache.getToken(request);
    clock.step(-2 * HOUR);
    const subjectExpiresAt = clock.now() + 60_000;
    await cache.getToken(request, { subjectExpiresAt });
    clock.advance(59_000);
    expect(cache.peek(request)).toBeDefined();
    clock.advance(1_000);
    expect(cache.peek(request)).toBeUndefined();
  });

  it("serves no forgotten token when a young clock goes back a little", async () => {
    const { clock, cache } = cachedScript();
    const bound = cache.bind();
    await bound.getToken();
    await bound.getToken();
    cache.clear();
    clock.step(-50);
    expect(bound.peek()).toBeUndefined();
    expect((await bound.getToken()).token).toBe("token-2");
  });

  it("needs no timer", async () => {
    const { cache } = cachedScript();
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout");
    const before = timers().length;
    await cache.getToken();
    await cache.getToken();
    expect(timers()).toHaveLength(before);
  });
});
