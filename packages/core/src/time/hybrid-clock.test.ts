import { describe, expect, it } from "vitest";
import { createFakeClock } from "../testing/fake-clock.ts";
import { HybridClock } from "./hybrid-clock.ts";

const HOUR = 3_600_000;

for (const askAlways of [true, false]) {
  describe(`HybridClock (askAlways: ${askAlways})`, () => {
    function started() {
      const clock = createFakeClock();
      return { clock, time: new HybridClock(clock, { askAlways }) };
    }

    it("begins at zero and follows passing time", () => {
      const { clock, time } = started();
      expect(time.now()).toBe(0);
      for (const ms of [1, 999, 1, 5_000, HOUR]) {
        const before = time.now();
        clock.advance(ms);
        expect(time.now() - before).toBe(ms);
      }
    });

    it("follows the wall clock when the machine slept", () => {
      const { clock, time } = started();
      clock.step(8 * HOUR);
      expect(time.now()).toBe(8 * HOUR);
    });

    it("carries on by the monotonic clock when the wall clock is put back", () => {
      const { clock, time } = started();
      clock.advance(5_000);
      time.now();
      clock.step(-2 * HOUR);
      clock.advance(1_500);
      expect(time.now()).toBe(6_500);
      clock.advance(HOUR);
      expect(time.now()).toBe(HOUR + 6_500);
    });

    it("follows a wall clock that was put back and then forward again", () => {
      const { clock, time } = started();
      clock.advance(5_000);
      time.now();
      clock.step(-2 * HOUR);
      expect(time.now()).toBe(5_000);
      clock.step(2 * HOUR);
      // Whether that was a correction or two hours of sleep cannot be told: the later instant is the safe one.
      expect(time.now()).toBe(2 * HOUR + 5_000);
    });

    it("is at most a second behind after any single step back", () => {
      for (const step of [1, 100, 101, 500, 999, 1_000, 1_001, 60_000, HOUR]) {
        for (const passed of [0, 1, 500, 999, 1_000, 10_000]) {
          const { clock, time } = started();
          clock.advance(passed);
          const before = time.now();
          clock.step(-step);
          expect(time.now()).toBeGreaterThanOrEqual(before - 1_000);
          clock.advance(1_000);
          expect(time.now()).toBeGreaterThanOrEqual(before);
        }
      }
    });

    it("bears a wall clock that is slewed back for hours", () => {
      const { clock, time } = started();
      let passed = 0;
      while (passed < 6 * HOUR) {
        clock.advance(10_000);
        clock.step(-5); // 500 parts per million, the fastest that clocks are slewed
        passed += 10_000;
        expect(Math.abs(time.now() - passed)).toBeLessThanOrEqual(1_000);
      }
    });

    it("does not run ahead when the wall clock is put back in small steps", () => {
      const { clock, time } = started();
      let passed = 0;
      for (let i = 0; i < 1_000; i++) {
        clock.advance(2_000);
        clock.step(-150);
        passed += 2_000;
        expect(Math.abs(time.now() - passed)).toBeLessThanOrEqual(1_000);
      }
    });

    it("is not kept back by a wall clock that steps back by less than a second again and again", () => {
      const { clock, time } = started();
      let passed = 0;
      for (let i = 0; i < 600; i++) {
        clock.advance(100);
        passed += 100;
        // It shows the same 900 milliseconds over and over.
        if (i % 9 === 8) clock.step(-900);
        expect(Math.abs(time.now() - passed)).toBeLessThanOrEqual(1_000);
      }
    });

    it("places an instant of the wall clock as that clock goes now", () => {
      const { clock, time } = started();
      clock.advance(10_000);
      time.now();
      clock.step(-HOUR);
      const now = time.now();
      expect(time.at(clock.now() + 500)).toBe(now + 500);
    });

    it("counts whole milliseconds on a wall clock with fractions", () => {
      const clock = createFakeClock(Date.UTC(2026, 0, 1) + 0.25);
      const time = new HybridClock(clock, { askAlways });
      expect(time.at(clock.now() + 1.5)).toBe(1);
    });
  });
}

describe("HybridClock", () => {
  it("asks the monotonic clock once a second if told to trust the wall clock", () => {
    const clock = createFakeClock();
    let asked = 0;
    const counting = { now: clock.now, monotonic: () => ++asked && clock.monotonic() };
    const time = new HybridClock(counting, { askAlways: false });
    asked = 0;
    for (let i = 0; i < 100; i++) {
      clock.advance(100);
      time.now();
    }
    expect(asked).toBe(10);
  });

  it("asks the monotonic clock at each sixty-fourth reading too, so that a wall clock that stands still is noticed", () => {
    for (const back of [900, 950, 990, 1_000]) {
      const clock = createFakeClock();
      const time = new HybridClock(clock, { askAlways: false });
      for (let second = 1; second <= 300; second++) {
        clock.advance(1_000);
        clock.step(-back);
        expect(second * 1_000 - time.now()).toBeLessThanOrEqual(64_000);
      }
    }
  });

  it("asks the monotonic clock at each reading of an injected clock", () => {
    const clock = createFakeClock();
    let asked = 0;
    const counting = { now: clock.now, monotonic: () => ++asked && clock.monotonic() };
    const time = new HybridClock(counting);
    asked = 0;
    for (let i = 0; i < 10; i++) time.now();
    expect(asked).toBe(10);
  });
});
