import { describe, expect, it, vi } from "vitest";
import { startTimer, systemClock } from "./clock.ts";

describe("systemClock", () => {
  it("reads both of the machine's clocks", () => {
    const [wall, monotonic] = [Date.now(), performance.now()];
    expect(systemClock.now()).toBeGreaterThanOrEqual(wall);
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(monotonic);
  });

  it("has timers that run, and that can be cancelled", () => {
    vi.useFakeTimers();
    try {
      const callback = vi.fn();
      startTimer(systemClock, { callback, ms: 10 });
      startTimer(systemClock, { callback, ms: 10 })();
      vi.advanceTimersByTime(10);
      expect(callback).toHaveBeenCalledOnce();
    } finally {
      vi.useRealTimers();
    }
  });
});
