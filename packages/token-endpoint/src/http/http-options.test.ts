import { systemClock } from "@agent-oauth/core";
import { sleep } from "@agent-oauth/core/internal";
import { describe, expect, it } from "vitest";
import { checkHttpOptions } from "./http-options.ts";

describe("checkHttpOptions", () => {
  it("fills in the defaults: real waits with real jitter among them", () => {
    expect(checkHttpOptions({}, "test")).toEqual({
      ca: undefined,
      timeoutMs: 60_000,
      connectTimeoutMs: 10_000,
      maxResponseBytes: 1_048_576,
      dispatcher: undefined,
      clock: systemClock,
      random: Math.random,
      sleep,
    });
  });
});
