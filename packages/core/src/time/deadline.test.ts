import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type DeadlineOptions, withinDeadline } from "./deadline.ts";

const overdue = new Error("overdue");
const options: DeadlineOptions = { timeoutMs: 1_000, timeoutReason: () => overdue };
const never = () => new Promise<never>(() => {});

describe("withinDeadline", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("returns what the work does, and throws what it throws", async () => {
    expect(await withinDeadline(options, async () => 7)).toBe(7);
    const failure = new Error("failed");
    await expect(withinDeadline(options, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends the wait for work that never settles, and tells the work", async () => {
    let told: unknown;
    const wait = withinDeadline(options, ({ signal }) => {
      signal.addEventListener("abort", () => {
        told = signal.reason;
      });
      return never();
    });
    const outcome = expect(wait).rejects.toBe(overdue);
    await vi.advanceTimersByTimeAsync(999);
    expect(told).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    await outcome;
    expect(told).toBe(overdue);
  });

  it("throws the reason of any signal, whatever the work made of it, and leaves nothing on it", async () => {
    const abort = new AbortController();
    const reason = new Error("gone");
    const removed = vi.spyOn(abort.signal, "removeEventListener");
    const wait = withinDeadline({ ...options, signals: [undefined, abort.signal] }, never);
    abort.abort(reason);
    await expect(wait).rejects.toBe(reason);
    expect(removed).toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not begin if a signal is aborted already", async () => {
    const work = vi.fn(never);
    const signals = [AbortSignal.abort("before")];
    await expect(withinDeadline({ ...options, signals }, work)).rejects.toBe("before");
    expect(work).not.toHaveBeenCalled();
  });

  it("counts what is left by the clock", async () => {
    let monotonic = 0;
    const clock = { now: () => 0, monotonic: () => monotonic };
    await withinDeadline({ ...options, clock }, async ({ leftMs }) => {
      monotonic = 400;
      expect(leftMs()).toBe(600);
    });
  });
});
