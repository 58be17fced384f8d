import { describe, expect, it } from "vitest";
import { createFakeClock } from "./fake-clock.ts";

describe("createFakeClock", () => {
  it("refuses a start that is no instant", () => {
    expect(() => createFakeClock(Number.NaN)).toThrow(RangeError);
    expect(() => createFakeClock("2026" as never)).toThrow(
      'Cannot create a fake clock: "start" must be a number, not a string',
    );
  });

  it("moves both clocks, or the wall clock alone, and only when told to", () => {
    const clock = createFakeClock(1_000);
    const monotonic = clock.monotonic();
    expect(clock.now()).toBe(1_000);
    clock.advance(5);
    expect([clock.now(), clock.monotonic() - monotonic]).toEqual([1_005, 5]);
    clock.step(-1_000);
    expect([clock.now(), clock.monotonic() - monotonic]).toEqual([5, 5]);
  });
});
