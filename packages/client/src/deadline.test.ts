import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { withinDeadline } from "./deadline.ts";

const doing = "do it";

describe("withinDeadline", () => {
  afterEach(() => void vi.useRealTimers());

  it("leaves nothing behind on a signal that outlives the work, nor a timer", async () => {
    vi.useFakeTimers();
    const { signal } = new AbortController();
    const left = () => [getEventListeners(signal, "abort").length, vi.getTimerCount()];
    const during = await withinDeadline({ doing, timeoutMs: 10, signal }, async () => left());
    expect(during).toEqual([1, 1]);
    expect(left()).toEqual([0, 0]);
  });

  it("ends the work's signal and the wait when the time is over", async () => {
    vi.useFakeTimers();
    let given: AbortSignal | undefined;
    const call = withinDeadline({ doing, timeoutMs: 10 }, (signal) => {
      given = signal;
      return new Promise(() => {});
    });
    const outcome = expect(call).rejects.toMatchObject({ code: "ERR_TOKEN_TIMEOUT" });
    vi.advanceTimersByTime(9);
    expect(given?.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(given?.aborted).toBe(true);
    await outcome;
  });

  it("ends with the reason of the caller's signal as it is", async () => {
    const caller = new AbortController();
    const work = () => new Promise(() => {});
    const call = withinDeadline({ doing, timeoutMs: 60_000, signal: caller.signal }, work);
    caller.abort("enough");
    await expect(call).rejects.toBe("enough");
  });
});
