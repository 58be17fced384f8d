import { describe, expect, it } from "vitest";
import { TokenError } from "../errors/token-error.ts";
import { type Attempt, withRetries } from "./retry.ts";

describe("withRetries", () => {
  it.each([
    ["always", true, 3],
    ["always", false, 3],
    ["if-idempotent", true, 3],
    ["if-idempotent", false, 1],
    ["never", true, 1],
  ] as const)(
    "resends %s, isIdempotent %s: %i attempts",
    async (resend, isIdempotent, attempts) => {
      const { calls, run } = failing({ resend });
      await expect(run({ isIdempotent })).rejects.toMatchObject({ code: "ERR_TOKEN_NETWORK" });
      expect(calls.attempts).toBe(attempts);
    },
  );

  it("stops at the first value", async () => {
    const { calls, run } = failing({ until: 2 });
    await expect(run({})).resolves.toBe("value");
    expect(calls.attempts).toBe(2);
  });

  it("waits with full jitter that doubles", async () => {
    const draws = [0, 0.999];
    const { calls, run } = failing({});
    await expect(run({ random: () => draws.shift() ?? 0 })).rejects.toThrow();
    expect(calls.waits).toEqual([0, 499.5]);
  });

  it.each([
    [0, [125, 250]],
    [2_000, [2_125, 2_250]],
    [2_001, []],
  ])("waits %i ms of Retry-After and the jitter", async (retryAfterMs, waits) => {
    const { calls, run } = failing({ retryAfterMs });
    await expect(run({})).rejects.toMatchObject({ retryAfterMs });
    expect(calls.waits).toEqual(waits);
  });

  it.each([
    [125, []],
    [126, [125]],
  ])("does not begin a wait of 125 ms with %i ms left", async (leftMs, waits) => {
    const { calls, run } = failing({});
    await expect(run({ leftMs })).rejects.toMatchObject({ code: "ERR_TOKEN_NETWORK" });
    expect(calls.waits).toEqual(waits);
  });

  it("ends with the signal's reason when aborted during a wait", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const { calls, run } = failing({});
    const sleep = async () => controller.abort(reason);
    await expect(run({ sleep, signal: controller.signal })).rejects.toBe(reason);
    expect(calls.attempts).toBe(1);
  });
});

interface Failing {
  resend?: "always" | "if-idempotent" | "never";
  retryAfterMs?: number;
  until?: number;
}

interface Run {
  isIdempotent?: boolean;
  random?: () => number;
  leftMs?: number;
  signal?: AbortSignal;
  sleep?: () => Promise<void>;
}

function failing({ resend = "always", retryAfterMs, until = Number.POSITIVE_INFINITY }: Failing) {
  const calls = { attempts: 0, waits: [] as number[] };
  const attempt = async (): Promise<Attempt<string>> => {
    if (++calls.attempts >= until) return { value: "value" };
    return { resend, failure: new TokenError("ERR_TOKEN_NETWORK", "down", { retryAfterMs }) };
  };
  const run = ({ isIdempotent = true, random = () => 0.5, ...given }: Run) => {
    // After the first wait too little is left only where the test says so.
    const left = given.leftMs === undefined ? [60_000, 60_000] : [given.leftMs, 0];
    return withRetries(attempt, {
      isIdempotent,
      random,
      sleep: given.sleep ?? (async (ms: number) => void calls.waits.push(ms)),
      deadline: {
        signal: given.signal ?? new AbortController().signal,
        leftMs: () => left.shift() ?? 0,
      },
    });
  };
  return { calls, run };
}
