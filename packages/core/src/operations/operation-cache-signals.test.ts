import { describe, expect, it } from "vitest";
import { settled } from "../cache/cached-script.test-support.ts";
import { operationScript } from "./operation-script.test-support.ts";

const order = { name: "order", ttlMs: 15_000, principal: "alice" };
const reason = new Error("gone");

/** Two callers of one run, each with a signal of its own. */
async function twoCallers() {
  const script = operationScript();
  script.hold();
  const get = script.cache.wrap(script.api, order);
  const [one, other] = [new AbortController(), new AbortController()];
  const calls = [get("1", { signal: one.signal }), get("1", { signal: other.signal })] as const;
  for (const call of calls) call.catch(() => {});
  await settled();
  const passed = script.runs[0]?.args[1] as { signal: AbortSignal } | undefined;
  const signal = passed?.signal ?? AbortSignal.abort();
  return { ...script, get, one, other, calls, signal };
}

describe("createOperationCache: signals", () => {
  it("does not count a signal among what tells calls apart", async () => {
    const { cache, api, runs } = operationScript();
    const get = cache.wrap(api, order);
    const { signal } = new AbortController();
    expect([await get("1"), await get("1", signal), await get("1", undefined)]).toEqual([1, 1, 1]);
    expect([await get({ page: 1, signal }), await get({ page: 1 })]).toEqual([2, 2]);
    expect(runs).toHaveLength(2);
  });

  it("ends the wait of the caller who leaves, and nobody else's", async () => {
    const { one, calls, runs, signal, get } = await twoCallers();
    expect(runs).toHaveLength(1);
    one.abort(reason);
    await expect(calls[0]).rejects.toBe(reason);
    expect(signal.aborted).toBe(false);
    runs[0]?.release();
    expect([await calls[1], await get("1", {})]).toEqual([1, 1]);
  });

  it("ends the run when the last caller leaves; who comes then begins another", async () => {
    const { one, other, calls, runs, signal, get, cache } = await twoCallers();
    one.abort(reason);
    other.abort(reason);
    expect(signal.reason).toBe(reason);
    await Promise.allSettled(calls);
    expect(cache.stats().inFlight).toBe(0);
    const next = get("1", {});
    await settled();
    runs[0]?.release(); // An operation that does not heed its signal.
    runs[1]?.release();
    expect([await next, await get("1", {})]).toEqual([2, 2]);
  });

  it("goes on where one of those who wait cannot leave", async () => {
    const { one, other, runs, signal, get } = await twoCallers();
    const stays = get("1", {});
    await settled();
    one.abort(reason);
    other.abort(reason);
    expect(signal.aborted).toBe(false);
    runs[0]?.release();
    expect(await stays).toBe(1);
  });

  it("keeps the result of a run whose callers leave when it has ended", async () => {
    const { one, other, calls, runs, signal, get } = await twoCallers();
    runs[0]?.release();
    await Promise.all(calls);
    one.abort(reason);
    other.abort(reason);
    expect(signal.aborted).toBe(false);
    expect(await get("1", {})).toBe(1);
  });

  it("runs nothing for a caller who has left already, and hands out nothing", async () => {
    const { cache, api, runs } = operationScript();
    const get = cache.wrap(api, order);
    const left = AbortSignal.abort(reason);
    await expect(get("1", left)).rejects.toBe(reason);
    expect(runs).toEqual([]);
    await get("1");
    await expect(get("1", left)).rejects.toBe(reason);
    await expect(get.fresh("1", left)).rejects.toBe(reason);
    expect(runs).toHaveLength(1);
  });

  it("runs nothing for a caller who leaves before the run begins", async () => {
    const { cache, api, runs } = operationScript();
    const leaving = new AbortController();
    const principal = () => new Promise<string>(() => {});
    const call = cache.wrap(api, { ...order, principal })("1", leaving.signal);
    leaving.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(runs).toEqual([]);
  });

  it("begins no run whose callers have gone, whenever they go", async () => {
    const { cache } = operationScript();
    let leaving = new AbortController();
    const begunAborted: boolean[] = [];
    const get = cache.wrap(async (_turns: number, signal: AbortSignal) => {
      begunAborted.push(signal.aborted || leaving.signal.aborted);
    }, order);
    for (let turns = 0; turns < 10; turns++) {
      leaving = new AbortController();
      const call = get(turns, leaving.signal).catch(() => {});
      for (let i = 0; i < turns; i++) await undefined;
      leaving.abort(reason);
      await call;
      await settled();
    }
    expect(new Set(begunAborted)).toEqual(new Set([false]));
    expect(begunAborted.length).toBeLessThan(10);
  });
});
