import { describe, expect, it } from "vitest";
import { createClock } from "./clock.ts";

/** A clock over a machine's clock that a test moves. */
function clockAt(start: number) {
  const machine = { time: start };
  return { machine, clock: createClock(() => machine.time) };
}

describe("createClock", () => {
  it("runs with the machine's, ahead of it by its offset", () => {
    const { machine, clock } = clockAt(1_000);
    clock.offsetMs = 500;
    machine.time += 1;
    expect([clock.now(), clock.offsetMs, clock.frozen]).toEqual([1_501, 500, false]);
  });

  it("stands still where it is or where it is told, and moves by hand", () => {
    const { machine, clock } = clockAt(1_000);
    clock.freeze();
    machine.time += 50;
    expect([clock.now(), clock.offsetMs, clock.frozen]).toEqual([1_000, -50, true]);
    clock.advance(7);
    clock.advance(-2);
    expect(clock.now()).toBe(1_005);
    clock.freeze(9_000);
    expect(clock.now()).toBe(9_000);
    clock.offsetMs = 10;
    expect([clock.now(), clock.frozen]).toEqual([1_060, true]);
  });

  it("runs on from where it stands, until it is set back", () => {
    const { machine, clock } = clockAt(1_000);
    clock.freeze(5_000);
    clock.release();
    machine.time += 3;
    expect([clock.now(), clock.offsetMs, clock.frozen]).toEqual([5_003, 4_000, false]);
    clock.advance(100);
    expect(clock.now()).toBe(5_103);
    clock.freeze();
    clock.reset();
    expect([clock.now(), clock.offsetMs, clock.frozen]).toEqual([1_003, 0, false]);
  });

  it("stays within what a date can name", () => {
    const { clock } = clockAt(1_000);
    const last = Date.UTC(9999, 11, 31);
    for (const at of [-1, last + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => clock.freeze(at)).toThrow(RangeError);
      expect(() => clock.advance(at - 1_000)).toThrow(RangeError);
      expect(() => {
        clock.offsetMs = at - 1_000;
      }).toThrow(/between the years 1970 and 9999/);
    }
    expect(clock.now()).toBe(1_000);
    for (const at of [0, last]) {
      clock.freeze(at);
      expect(clock.now()).toBe(at);
    }
  });
});
