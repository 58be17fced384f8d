import { describe, expect, it } from "vitest";
import { createFakeClock } from "../testing/fake-clock.ts";
import { TokenUseLog } from "./token-use-log.ts";

describe("TokenUseLog", () => {
  it("counts the uses of each token anew through two replacements in a row", () => {
    const log = new TokenUseLog(createFakeClock());
    for (const token of ["one", "one", "two", "two", "three"]) log.handedOut(token);
    // Both uses of the token before are refused late; what comes then is about the new one.
    expect([1, 2, 3, 4].map(() => log.refused())).toEqual(["two", "two", "three", "three"]);
    log.handedOut("four");
    // The use of the third was refused already.
    expect(log.refused()).toBe("four");
  });

  it("takes a refusal for one of the token before only for 5 s", () => {
    const clock = createFakeClock();
    const log = new TokenUseLog(clock);
    for (const token of ["one", "two"]) log.handedOut(token);
    clock.advance(5_000);
    expect(log.refused()).toBe("two");
    log.handedOut("three");
    clock.advance(4_999);
    log.handedOut("three");
    expect(log.refused()).toBe("three");
  });

  it("knows no token before one is handed out", () => {
    expect(new TokenUseLog(createFakeClock()).refused()).toBeUndefined();
  });
});
