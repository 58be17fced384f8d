import { getEventListeners } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { SessionCall } from "./session-call.ts";

const request = { subjectToken: "alice" };
const body = () => ({ cancel: vi.fn() });

describe("SessionCall", () => {
  it("cancels every body when it ends, and each one that comes later", () => {
    const call = new SessionCall({ request });
    const bodies = [body(), body()];
    for (const one of bodies) call.reading(one);
    for (const { cancel } of bodies) expect(cancel).not.toHaveBeenCalled();
    call.end();
    call.end();
    const late = body();
    call.reading(late);
    for (const { cancel } of [...bodies, late]) expect(cancel).toHaveBeenCalledOnce();
  });

  it("aborts nothing at a good end, and leaves nothing on the caller's signal", async () => {
    const caller = new AbortController();
    const call = new SessionCall({ request, signal: caller.signal });
    await call.awaiting(Promise.resolve());
    call.end();
    expect([call.isOver, call.signal.aborted]).toEqual([true, false]);
    expect(getEventListeners(caller.signal, "abort")).toEqual([]);
  });

  it("aborts the requests that have no response when it ends", async () => {
    const call = new SessionCall({ request });
    void call.awaiting(Promise.withResolvers().promise);
    call.end();
    expect(call.signal.aborted).toBe(true);
  });

  it("is over when its signal is aborted, with the reason, or when it is broken off", () => {
    const caller = new AbortController();
    const aborted = new SessionCall({ request, signal: caller.signal });
    const broken = new SessionCall({ request });
    expect([aborted.isOver, broken.isOver]).toEqual([false, false]);
    const reason = new Error("enough");
    caller.abort(reason);
    broken.breakOff(reason);
    for (const call of [aborted, broken]) {
      expect(call.isOver).toBe(true);
      expect(call.signal.reason).toBe(reason);
    }
    expect([aborted.failure, broken.failure]).toEqual([undefined, { error: reason }]);
  });
});
