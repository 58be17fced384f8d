import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LOOK_INTERVAL_MS, type Starter, untilAbandoned } from "./until-abandoned.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A mock whose starter can go away; `looks` counts how often it was looked for. */
async function fakes(starter: Partial<Starter>) {
  let isGone = false;
  let looks = 0;
  let isAbandoned = false;
  const look = () => {
    looks++;
    return isGone;
  };
  const background = { pipe: undefined, isTerminal: false, isWaiting: false, isGone: look };
  void untilAbandoned({ ...background, ...starter }).then(() => {
    isAbandoned = true;
  });
  const turns = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise<void>((done) => setImmediate(done));
  };
  await turns();
  return {
    leave: () => {
      isGone = true;
    },
    async after(ms: number) {
      vi.advanceTimersByTime(ms);
      await turns();
      return { isAbandoned, looks };
    },
  };
}

describe("untilAbandoned", () => {
  it.each<[string, () => Partial<Starter>]>([
    ["a terminal", () => ({ isTerminal: true })],
    ["an open pipe", () => ({ pipe: new PassThrough() })],
    ["npx that waits", () => ({ isWaiting: true })],
  ])("with %s resolves at the first look after the starter has gone", async (_, starter) => {
    const { leave, after } = await fakes(starter());
    expect(await after(LOOK_INTERVAL_MS)).toEqual({ isAbandoned: false, looks: 1 });
    leave();
    expect(await after(LOOK_INTERVAL_MS - 1)).toEqual({ isAbandoned: false, looks: 1 });
    expect(await after(1)).toEqual({ isAbandoned: true, looks: 2 });
    expect(await after(LOOK_INTERVAL_MS)).toEqual({ isAbandoned: true, looks: 2 });
  });

  it.each(["end", "destroy"] as const)("resolves on the %s of a pipe, read or not", async (how) => {
    const pipe = new PassThrough();
    const { after } = await fakes({ pipe });
    pipe.write("dropped");
    expect(await after(0)).toMatchObject({ isAbandoned: false });
    pipe[how]();
    expect(await after(0)).toMatchObject({ isAbandoned: true });
  });

  it("resolves when reading from the pipe fails", async () => {
    const pipe = new PassThrough();
    const { after } = await fakes({ pipe });
    pipe.destroy(new Error("EIO"));
    expect(await after(0)).toMatchObject({ isAbandoned: true });
  });

  it("never resolves in the background, whose starter goes on", async () => {
    const { leave, after } = await fakes({});
    leave();
    expect(await after(10 * LOOK_INTERVAL_MS)).toEqual({ isAbandoned: false, looks: 0 });
  });

  it("takes a pipe that was closed from the start for the background", async () => {
    const pipe = new PassThrough();
    pipe.end();
    const { leave, after } = await fakes({ pipe });
    leave();
    expect(await after(10 * LOOK_INTERVAL_MS)).toEqual({ isAbandoned: false, looks: 0 });
  });
});
