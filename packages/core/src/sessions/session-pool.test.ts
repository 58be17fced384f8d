import { describe, expect, it } from "vitest";
import { createFakeClock } from "../testing/fake-clock.ts";
import type { SessionKey } from "./session-key.ts";
import { SessionLostError, SessionPool } from "./session-pool.ts";

/** A pool of numbered sessions that writes down what opens and ends; work and ends finish when told. */
function poolOf({ maxSessions = 10, idleMs = 1_000 } = {}) {
  const clock = createFakeClock();
  const log: string[] = [];
  const pool = new SessionPool<{ id: string; end(): Promise<void> }>({
    maxSessions,
    idleMs,
    clock,
    owner: "the client",
  });
  let opened = 0;
  const open = async () => {
    const id = `s${++opened}`;
    log.push(`open ${id}`);
    return {
      id,
      async end() {
        log.push(`end ${id}`);
      },
    };
  };
  const use = (key: string) => pool.use({ key: named(key), open, work: async ({ id }) => id });
  /** A call that lasts until it is settled. */
  const hold = (key: string) => {
    let settle:
      | { resolve: (value?: unknown) => void; reject: (error: unknown) => void }
      | undefined;
    const gate = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    let begun = () => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const result = pool.use({
      key: named(key),
      open,
      work: async ({ id }) => {
        begun();
        await gate;
        return id;
      },
    });
    return {
      result,
      started,
      done: () => settle?.resolve(),
      fail: (e: unknown) => settle?.reject(e),
    };
  };
  return { pool, clock, log, open, use, hold };
}

/** A key that no token is part of. */
function named(name: string): SessionKey {
  return { name, subjectToken: undefined };
}

/** Lets every promise that can settle do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("SessionPool", () => {
  it("opens one session for all callers of a key, and one for each key", async () => {
    const { use, log } = poolOf();
    expect(await Promise.all([use("a"), use("a"), use("b"), use("a")])).toEqual([
      "s1",
      "s1",
      "s2",
      "s1",
    ]);
    expect(await use("a")).toBe("s1");
    expect(log).toEqual(["open s1", "open s2"]);
  });

  it("gives every caller the failure of an opening, and opens again at the next call", async () => {
    const { pool, use } = poolOf();
    let opened = 0;
    const failing = () =>
      pool.use({
        key: named("a"),
        open: async () => {
          opened++;
          throw new Error("no");
        },
        work: async () => "never",
      });
    const failures = await Promise.allSettled([failing(), failing()]);
    expect(failures).toMatchObject([{ reason: { message: "no" } }, { reason: { message: "no" } }]);
    expect(opened).toBe(1);
    expect(await use("a")).toBe("s1");
  });

  it("lets the least recently used session go, when its last call is done", async () => {
    const { use, hold, log } = poolOf({ maxSessions: 2 });
    const long = hold("a");
    await long.started;
    await use("b");
    await use("c");
    expect(log).toEqual(["open s1", "open s2", "open s3"]);
    long.done();
    expect(await long.result).toBe("s1");
    await settled();
    expect(log.slice(3)).toEqual(["end s1"]);
    await use("b");
    await use("a");
    await settled();
    expect(log.slice(4)).toEqual(["open s4", "end s3"]);
  });

  it.each([
    [-1, []],
    [0, ["end s1"]],
    [1, ["end s1"]],
  ])("ends an idle session %i ms after its time is up", async (offset, ended) => {
    const { use, clock, log } = poolOf({ idleMs: 1_000 });
    await use("a");
    clock.advance(1_000 + offset);
    await use("b");
    await settled();
    expect(log.filter((line) => line.startsWith("end"))).toEqual(ended);
  });

  it("counts the idle time from the end of a call, not from its beginning", async () => {
    const { use, hold, clock, log } = poolOf({ idleMs: 1_000 });
    const long = hold("a");
    await long.started;
    clock.advance(5_000);
    await use("b");
    long.done();
    await long.result;
    clock.advance(999);
    expect(await use("a")).toBe("s1");
    expect(log).toEqual(["open s1", "open s2"]);
  });

  it("works once more, on a new session, if the session is lost, and lets siblings finish", async () => {
    const { hold, log } = poolOf();
    const sibling = hold("a");
    const unlucky = [hold("a"), hold("a")];
    await Promise.all([sibling.started, ...unlucky.map(({ started }) => started)]);
    const lost = new SessionLostError(new Error("404"), { repetition: "always" });
    for (const call of unlucky) call.fail(lost);
    // Their second try awaits the same gate, so it fails like the first.
    const failures = await Promise.allSettled(unlucky.map(({ result }) => result));
    expect(failures).toMatchObject([{ reason: lost.error }, { reason: lost.error }]);
    expect(log.filter((line) => line.startsWith("open"))).toEqual(["open s1", "open s2"]);
    expect(log).not.toContain("end s1");
    sibling.done();
    expect(await sibling.result).toBe("s1");
    await settled();
    expect(log).toContain("end s1");
  });

  it("returns what the second try yields", async () => {
    const { pool, open } = poolOf();
    const tried: string[] = [];
    const work = async ({ id }: { id: string }) => {
      tried.push(id);
      if (id === "s1") throw new SessionLostError(new Error("404"), { repetition: "always" });
      return id;
    };
    expect(await pool.use({ key: named("a"), open, work })).toBe("s2");
    expect(tried).toEqual(["s1", "s2"]);
  });

  it("lets a session go that turned out to be lost, when its last call is done", async () => {
    const { pool, open, log } = poolOf();
    let isLost = false;
    const openLosable = async () => {
      const session = await open();
      return Object.defineProperty(session, "isLost", { get: () => isLost });
    };
    const use = (work: () => void) =>
      pool.use({
        key: named("a"),
        open: openLosable,
        work: async ({ id }) => {
          work();
          return id;
        },
      });
    expect(await use(() => {})).toBe("s1");
    expect(
      await use(() => {
        isLost = true;
      }),
    ).toBe("s1");
    await settled();
    expect(log).toEqual(["open s1", "end s1"]);
    isLost = false;
    expect(await use(() => {})).toBe("s2");
  });

  it("ends one caller's wait without ending the opening", async () => {
    const { pool, open, use, log } = poolOf();
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = pool.use({ key: named("a"), open, signal, work: async ({ id }) => id });
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    expect(await use("a")).toBe("s1");
    expect(log).toEqual(["open s1"]);
  });

  it("ends an opening that nobody waits for when it closes", async () => {
    const { pool } = poolOf();
    const controller = new AbortController();
    const open = (abandoned: AbortSignal) =>
      new Promise<never>((_, reject) =>
        abandoned.addEventListener("abort", () => reject(abandoned.reason)),
      );
    const { signal } = controller;
    const waiting = pool.use({ key: named("a"), open, signal, work: async () => "never" });
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await pool.close();
  });

  it("never shares a session between tokens, although their keys have one name", async () => {
    const { pool, open, log } = poolOf();
    const use = (subjectToken: string) =>
      pool.use({ key: { name: "n", subjectToken }, open, work: async ({ id }) => id });
    expect([await use("alice"), await use("bob"), await use("carol")]).toEqual(["s1", "s2", "s3"]);
    expect([await use("carol"), await use("bob"), await use("alice")]).toEqual(["s3", "s2", "s1"]);
    await pool.close();
    expect(log.slice(3).sort()).toEqual(["end s1", "end s2", "end s3"]);
  });

  it("closes when the calls under way are done, and refuses others", async () => {
    const { pool, use, hold, log } = poolOf();
    await use("b");
    const long = hold("a");
    await long.started;
    let closed = false;
    const closing = pool.close().then(() => {
      closed = true;
    });
    await settled();
    expect(log).toContain("end s1");
    expect(closed).toBe(false);
    await expect(use("c")).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
    long.done();
    expect(await long.result).toBe("s2");
    await closing;
    expect(log).toEqual(["open s1", "open s2", "end s1", "end s2"]);
  });
});
