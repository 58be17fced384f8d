import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sleep } from "./sleep.ts";

describe("sleep", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("waits for its time, no less", async () => {
    const end = vi.fn();
    void sleep(250, new AbortController().signal).then(end);
    await vi.advanceTimersByTimeAsync(249);
    expect(end).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(end).toHaveBeenCalledOnce();
  });

  it("ends with the signal's reason, and leaves no timer", async () => {
    const abort = new AbortController();
    const slept = sleep(250, abort.signal);
    abort.abort("gone");
    await expect(slept).rejects.toBe("gone");
    await expect(sleep(250, abort.signal)).rejects.toBe("gone");
    expect(vi.getTimerCount()).toBe(0);
  });
});
