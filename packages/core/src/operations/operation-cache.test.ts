import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { settled } from "../cache/cached-script.test-support.ts";
import { createOperationCache } from "./create-operation-cache.ts";
import type { OperationCacheOptions } from "./operation-cache.ts";
import { operationScript } from "./operation-script.test-support.ts";

const order = { name: "order", ttlMs: 15_000, principal: "alice" };

describe("createOperationCache", () => {
  it("answers the same call of the same user from what it keeps", async () => {
    const { cache, api, runs } = operationScript();
    const get = cache.wrap(api, order);
    expect([await get("4711", { full: true }), await get("4711", { full: true })]).toEqual([1, 1]);
    expect([await get("4712"), await get(4711), await get()]).toEqual([2, 3, 4]);
    expect(runs[0]?.args).toEqual(["4711", { full: true }]);
    expect(cache.stats()).toEqual({
      hits: 1,
      misses: 4,
      runs: 4,
      failures: 0,
      evicted: 0,
      entries: 4,
      inFlight: 0,
    });
  });

  it("keeps a result of nothing too", async () => {
    const { cache } = operationScript();
    const fn = vi.fn(async () => undefined);
    const get = cache.wrap(fn, order);
    await get();
    await get();
    expect(fn).toHaveBeenCalledTimes(1);
  });

  it("keeps a result until its time is over, counted from the start of its run", async () => {
    const { cache, api, clock, runs, hold } = operationScript();
    hold();
    const get = cache.wrap(api, order);
    const slow = get();
    await settled();
    clock.advance(10_000);
    runs[0]?.release();
    await slow;
    clock.advance(4_999);
    expect(await get()).toBe(1);
    clock.advance(1);
    void get();
    await settled();
    expect(runs).toHaveLength(2);
  });

  it("does not keep what took longer than its time", async () => {
    const { cache, api, clock, runs, hold } = operationScript();
    hold();
    const slow = cache.wrap(api, order)();
    await settled();
    clock.advance(15_000);
    runs[0]?.release();
    await slow;
    expect(cache.stats().entries).toBe(0);
  });

  it("brings no result back to life where the wall clock is put back", async () => {
    const { cache, api, clock } = operationScript();
    const get = cache.wrap(api, order);
    await get();
    clock.advance(14_000);
    clock.step(-3_600_000);
    expect(await get()).toBe(1);
    clock.advance(1_000);
    expect(await get()).toBe(2);
  });

  it("keeps nothing for a time of zero, and still shares a run", async () => {
    const { cache, api } = operationScript();
    const get = cache.wrap(api, { ...order, ttlMs: 0 });
    expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1]);
    expect(await get()).toBe(2);
    expect(cache.stats().entries).toBe(0);
  });

  it("runs an operation once for a thousand callers, also where they come one after another", async () => {
    const { cache, api, runs, hold } = operationScript();
    hold();
    const get = cache.wrap(api, order);
    const calls = Array.from({ length: 500 }, () => get("4711"));
    await settled();
    calls.push(...Array.from({ length: 500 }, () => get("4711")));
    await settled();
    expect(cache.stats()).toMatchObject({ misses: 1_000, runs: 1, inFlight: 1 });
    runs[0]?.release();
    expect(new Set(await Promise.all(calls))).toEqual(new Set([1]));
  });

  for (const [how, fail] of [
    ["rejects", async (error: Error) => Promise.reject(error)],
    [
      "throws",
      (error: Error) => {
        throw error;
      },
    ],
  ] as const) {
    it(`shares the failure of an operation that ${how}, and does not keep it`, async () => {
      const { cache } = operationScript();
      const error = new Error("503");
      const fn = vi.fn(async () => "fine");
      fn.mockImplementationOnce(() => fail(error) as never);
      const get = cache.wrap(fn, order);
      const calls = await Promise.allSettled([get(), get(), get()]);
      expect(calls.map((call) => call.status === "rejected" && call.reason === error)).toEqual([
        true,
        true,
        true,
      ]);
      expect(fn).toHaveBeenCalledTimes(1);
      expect(await get()).toBe("fine");
      expect(cache.stats()).toMatchObject({ runs: 2, failures: 1, entries: 1, inFlight: 0 });
    });
  }

  it("keeps what a retry inside ends with, and no failure on the way", async () => {
    const { cache } = operationScript();
    const call = vi.fn(async (id: string) => `order ${id}`);
    call.mockRejectedValueOnce(new Error("503")).mockRejectedValueOnce(new Error("503"));
    const retry = async <R>(attempt: () => Promise<R>, left = 3): Promise<R> =>
      attempt().catch((error) => (left > 1 ? retry(attempt, left - 1) : Promise.reject(error)));
    const get = cache.wrap((id: string) => retry(() => call(id)), order);
    expect(await Promise.all([get("1"), get("1")])).toEqual(["order 1", "order 1"]);
    expect(await get("1")).toBe("order 1");
    expect(call).toHaveBeenCalledTimes(3);
    expect(cache.stats()).toMatchObject({ runs: 1, failures: 0 });
  });

  it("holds no more than it may: what was not used for longest goes", async () => {
    const { cache, api, runs } = operationScript({ maxEntries: 2 });
    const get = cache.wrap(api, order);
    for (const id of ["a", "b", "a", "c", "a", "c"]) await get(id);
    expect(runs.map(({ args }) => args[0])).toEqual(["a", "b", "c"]);
    expect(cache.stats()).toMatchObject({ evicted: 1, entries: 2 });
  });

  it("lets go of results past their time before their room is needed", async () => {
    const { cache, api, clock } = operationScript();
    const get = cache.wrap(api, order);
    for (let i = 0; i < 10; i++) await get(i);
    clock.advance(60_000);
    expect(cache.stats().entries).toBe(10);
    await get("another");
    expect(cache.stats()).toMatchObject({ entries: 1, evicted: 0 });
  });

  it("calls the operation without this, of which nothing is in the key", async () => {
    const { cache } = operationScript();
    const seen: unknown[] = [];
    async function get(this: unknown) {
      seen.push(this);
    }
    await cache.wrap(get as () => Promise<void>, order).call({ id: 1 });
    expect(seen).toEqual([undefined]);
  });

  it("runs with the arguments as they were at the call", async () => {
    const { cache, api, runs } = operationScript();
    const list = cache.wrap(api, order);
    const query = { page: { number: 1 } };
    const first = list(query);
    query.page.number = 2;
    expect([await first, await list({ page: { number: 1 } })]).toEqual([1, 1]);
    expect(runs[0]?.args).toEqual([{ page: { number: 1 } }]);
  });

  it("tells calls apart by what key returns, and hands on arguments that are no data", async () => {
    const { cache, api, runs } = operationScript();
    class Api {
      readonly host: string;
      constructor(host: string) {
        this.host = host;
      }
    }
    const get = cache.wrap((api_: Api, id: string, _log: () => void) => api(api_, id), {
      ...order,
      key: ({ host }, id) => [host, id],
    });
    const one = new Api("one");
    expect(await get(one, "1", () => {})).toBe(1);
    expect(await get(new Api("one"), "1", () => {})).toBe(1);
    expect(await get(new Api("two"), "1", () => {})).toBe(2);
    expect(runs[0]?.args[0]).toBe(one);
  });

  it("refuses arguments by which calls cannot be told apart, before anything is run", async () => {
    const { cache, api, runs } = operationScript();
    const get = cache.wrap(api, order);
    const call = get("1", { filter: new Map() });
    await expect(call).rejects.toThrow(TypeError);
    await expect(call).rejects.toThrow('arguments of "order"[1].filter is an instance of Map');
    const keyed = cache.wrap(api, { ...order, name: "keyed", key: () => Promise.resolve("1") });
    await expect(keyed()).rejects.toThrow(
      'what "key" of "keyed" returned is a promise (is an "await" missing?)',
    );
    await expect(keyed()).rejects.toMatchObject({ code: "ERR_TOKEN_PROVIDER" });
    const nothing = cache.wrap(api, { ...order, name: "nothing", key: () => undefined });
    await expect(nothing()).rejects.toMatchObject({ code: "ERR_TOKEN_PROVIDER" });
    expect(runs).toEqual([]);
  });

  it("keeps the types of the operation, generics and overloads included", () => {
    const { cache } = operationScript();
    const echo = async <T>(value: T): Promise<T> => value;
    const generic = cache.wrap(echo, order);
    expectTypeOf(generic).toExtend<typeof echo>();
    expectTypeOf(generic.fresh).toExtend<typeof echo>();

    const plain = cache.wrap((id: string, page = 1) => `${id} ${page}`, {
      ...order,
      name: "plain",
    });
    expectTypeOf(plain).parameters.toEqualTypeOf<[id: string, page?: number | undefined]>();
    expectTypeOf(plain).returns.toEqualTypeOf<Promise<string>>();

    class Lazy<T> extends Promise<T> {
      readonly extra = true;
    }
    const lazy = cache.wrap((id: string) => Lazy.resolve(id) as Lazy<string>, {
      ...order,
      name: "lazy",
      principal: (id) => id,
    });
    expectTypeOf(lazy).returns.toEqualTypeOf<Promise<string>>();
  });

  it("refuses mistaken options, naming them", () => {
    const refused: [OperationCacheOptions, string][] = [
      [{ maxEntries: 0 }, '"maxEntries"'],
      [{ maxEntries: "5" as never }, '"maxEntries"'],
    ];
    for (const [options, says] of refused)
      expect(() => createOperationCache(options)).toThrow(says);

    const { cache, api } = operationScript();
    const wrong: [object, string][] = [
      [{ name: undefined }, '"name"'],
      [{ name: " " }, '"name"'],
      [{ ttlMs: undefined }, '"ttlMs"'],
      [{ ttlMs: -1 }, '"ttlMs"'],
      [{ ttlMs: Number.NaN }, '"ttlMs"'],
      [{ ttlMs: 365 * 86_400_000 + 1 }, '"ttlMs"'],
      [{ key: "id" }, '"key"'],
      [{ principal: undefined }, '"principal" or "tokenSource"'],
      [{ principal: " " }, '"principal"'],
      [{ principal: 5 }, '"principal"'],
      [{ request: {} }, '"request"'],
    ];
    for (const [options, says] of wrong) {
      expect(() => cache.wrap(api, { ...order, ...options } as never)).toThrow(says);
    }
    expect(() => cache.wrap("api" as never, order)).toThrow("must be a function");
    expect(() => cache.wrap(api, undefined as never)).toThrow('"name"');
  });

  it("refuses two operations of one name", () => {
    const { cache, api } = operationScript();
    cache.wrap(api, order);
    expect(() => cache.wrap(api, order)).toThrow('another operation has the "name" "order"');
    expect(() => cache.wrap(api, { ...order, name: "orders" })).not.toThrow();
    expect(() => operationScript().cache.wrap(api, order)).not.toThrow();
  });
});

describe("createOperationCache: fresh", () => {
  it("runs whatever is kept, and keeps what it brings", async () => {
    const { cache, api } = operationScript();
    const get = cache.wrap(api, order);
    expect([await get(), await get.fresh(), await get()]).toEqual([1, 2, 2]);
  });

  it("does not wait for a run that may have read before, whose late answer replaces nothing", async () => {
    const { cache, api, runs, hold } = operationScript();
    hold();
    const get = cache.wrap(api, order);
    const older = get();
    await settled();
    const fresh = get.fresh();
    await settled();
    const later = get();
    await settled();
    expect(runs).toHaveLength(2);
    runs[1]?.release();
    expect([await fresh, await later]).toEqual([2, 2]);
    runs[0]?.release();
    expect(await older).toBe(1);
    expect(await get()).toBe(2);
  });

  it("runs once for a thousand calls made together", async () => {
    const { cache, api } = operationScript();
    const get = cache.wrap(api, order);
    await get();
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => get.fresh()));
    expect(new Set(answers)).toEqual(new Set([2]));
  });

  it("leaves what is kept where it fails, and nothing old where its own cannot be kept", async () => {
    const { cache, clock } = operationScript();
    const fn = vi.fn(async () => fn.mock.calls.length);
    const get = cache.wrap(fn, order);
    await get();
    fn.mockRejectedValueOnce(new Error("503"));
    await expect(get.fresh()).rejects.toThrow("503");
    expect(await get()).toBe(1);
    fn.mockImplementationOnce(async () => {
      clock.advance(15_000);
      return 3;
    });
    expect(await get.fresh()).toBe(3);
    expect(cache.stats().entries).toBe(0);
  });
});

describe("createOperationCache: clear", () => {
  async function filled() {
    const script = operationScript();
    const { cache, api } = script;
    const users = ["alice", "alice2", "bob"];
    const names = ["order", "order.items", "orders"];
    const wrapped = names.map((name) =>
      cache.wrap(api, { name, ttlMs: 1_000, principal: (user) => String(user) }),
    );
    for (const get of wrapped) for (const user of users) await get(user);
    return { ...script, wrapped };
  }

  it.each([
    [undefined, 9],
    [{}, 9],
    [{ name: "order" }, 3],
    [{ principal: "alice" }, 3],
    [{ name: "order", principal: "alice" }, 1],
    [{ name: "ord" }, 0],
    [{ principal: "ali" }, 0],
    [{ name: "alice" }, 0],
  ])("forgets exactly what %j names, and counts it", async (filter, count) => {
    const { cache } = await filled();
    expect(cache.clear(filter)).toBe(count);
    expect(cache.stats()).toMatchObject({ entries: 9 - count, evicted: 0 });
    expect(cache.clear(filter)).toBe(0);
  });

  it("leaves what others have", async () => {
    const { cache, wrapped, runs } = await filled();
    cache.clear({ name: "order", principal: "alice" });
    for (const get of wrapped) for (const user of ["alice", "alice2", "bob"]) await get(user);
    expect(runs.slice(9).map(({ args }) => args)).toEqual([["alice"]]);
  });

  it("keeps no result that was on its way, and lets nobody else wait for it", async () => {
    const { cache, api, runs, hold } = operationScript();
    hold();
    const get = cache.wrap(api, order);
    const before = get();
    await settled();
    expect(cache.clear({ principal: "alice" })).toBe(0);
    const after = get();
    await settled();
    expect(runs).toHaveLength(2);
    runs[1]?.release();
    expect(await after).toBe(2);
    runs[0]?.release();
    expect(await before).toBe(1);
    expect(await get()).toBe(2);
  });

  it("lets results on their way be that it does not name", async () => {
    const { cache, api, runs, hold } = operationScript();
    hold();
    const get = cache.wrap(api, order);
    const before = get();
    await settled();
    cache.clear({ name: "another" });
    cache.clear({ principal: "bob" });
    runs[0]?.release();
    expect([await before, await get()]).toEqual([1, 1]);
  });

  it.each([{ name: " " }, { name: 5 }, { principal: "" }, { principal: null }])(
    "refuses %j",
    async (filter) => {
      const { cache } = await filled();
      expect(() => cache.clear(filter as never)).toThrow(TypeError);
      expect(cache.stats().entries).toBe(9);
    },
  );
});

describe("the defaults of createOperationCache", () => {
  it("keep 1,024 results", async () => {
    const cache = createOperationCache();
    const fn = vi.fn(async (id: number) => id);
    const get = cache.wrap(fn, order);
    for (let id = 0; id < 1_024; id++) await get(id);
    expect(cache.stats()).toMatchObject({ entries: 1_024, evicted: 0 });
    await get(1_024);
    expect(cache.stats()).toMatchObject({ entries: 1_024, evicted: 1 });
  });
});
