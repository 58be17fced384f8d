import { TokenError, type TokenErrorOptions } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { poll } from "./token-poll.ts";

const failure = (options: TokenErrorOptions) => new TokenError("ERR_TOKEN_OAUTH", "no", options);
const pending = failure({ oauthError: "authorization_pending", status: 400 });
const slowDown = failure({ oauthError: "slow_down", status: 400 });
const timeout = new TokenError("ERR_TOKEN_TIMEOUT", "no answer");
const busy = (retryAfterMs?: number) =>
  new TokenError("ERR_TOKEN_HTTP", "busy", { status: 503, retryAfterMs });

/** Polls every second what fails in these ways, and then yields a value. */
function polling(failures: readonly unknown[], { lifetimeMs = 3_600_000 } = {}) {
  const left = [...failures];
  const waits: number[] = [];
  const controller = new AbortController();
  let now = 0;
  const run = (ask?: () => Promise<string>) =>
    poll(
      ask ??
        (async () => {
          if (left.length > 0) throw left.shift();
          return "value";
        }),
      {
        intervalMs: 1_000,
        deadline: { signal: controller.signal, leftMs: () => lifetimeMs - now },
        expired: () => new Error("expired"),
        sleep: async (ms) => {
          waits.push(ms);
          now += ms;
        },
      },
    );
  return { run, waits, controller };
}

describe("poll", () => {
  it.each([
    ["a value at once", [], [1_000]],
    ["a user who takes time", [pending, pending], [1_000, 1_000, 1_000]],
    ["slow_down, which stays", [slowDown, pending, slowDown], [1_000, 6_000, 6_000, 11_000]],
    ["timeouts", [timeout, timeout, pending], [1_000, 2_000, 4_000, 4_000]],
    ["a short Retry-After", [busy(1)], [1_000, 2_000]],
    ["a long Retry-After, once", [busy(9_000), pending], [1_000, 9_000, 2_000]],
  ])("waits before each request: %s", async (_, failures, waits) => {
    const polled = polling(failures);
    await expect(polled.run()).resolves.toBe("value");
    expect(polled.waits).toEqual(waits);
  });

  it.each([
    failure({ oauthError: "access_denied", status: 403 }),
    failure({ oauthError: "expired_token", status: 400 }),
    new TokenError("ERR_TOKEN_RESPONSE", "HTML"),
    new TypeError("a mistake"),
  ])("ends with what no later request can mend: %s", async (error) => {
    const { run, waits } = polling([pending, error]);
    await expect(run()).rejects.toBe(error);
    expect(waits).toHaveLength(2);
  });

  it.each([
    [1_999, [1_000]],
    [2_000, [1_000]],
    [2_001, [1_000, 1_000]],
  ])("begins no wait that a lifetime of %i ms does not outlast", async (lifetimeMs, waits) => {
    const polled = polling([pending, pending, pending], { lifetimeMs });
    await expect(polled.run()).rejects.toThrow("expired");
    expect(polled.waits).toEqual(waits);
  });

  it("ends with the signal's reason, whatever the request made of the abort", async () => {
    const { run, waits, controller } = polling([]);
    const polled = run(async () => {
      controller.abort("enough");
      throw pending;
    });
    await expect(polled).rejects.toBe("enough");
    expect(waits).toHaveLength(1);
  });
});
