import { TokenError } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { withRetries } from "./retry.ts";

const http = (status: number, retryAfterMs?: number) =>
  new TokenError("ERR_TOKEN_HTTP", "Cannot", { status, retryAfterMs });

/** Runs attempts that fail in this order, the last of them without end; tells the waits. */
async function run(errors: readonly unknown[], { signal = new AbortController().signal } = {}) {
  const waits: number[] = [];
  let attempts = 0;
  const outcome = await withRetries(
    async () => {
      const error = errors[attempts++];
      if (error !== undefined) throw error;
      return "done";
    },
    { signal, random: () => 0.5, sleep: async (ms) => void waits.push(ms) },
  ).catch((error: unknown) => error);
  return { outcome, waits, attempts };
}

describe("withRetries", () => {
  it.each<[string, unknown[], number[]]>([
    ["no failure", [], []],
    ["one failure", [http(503)], [125]],
    ["two failures, the second wait longer", [http(500), http(408)], [125, 250]],
    ["a wait that the server asks for", [http(429, 2_000)], [2_125]],
  ])("comes through %s", async (_, errors, waits) => {
    const ran = await run(errors);
    expect(ran).toEqual({ outcome: "done", waits, attempts: errors.length + 1 });
  });

  it.each<[string, unknown[], number]>([
    ["three failures", [http(503), http(503), http(502)], 3],
    ["a failure that stays", [http(400)], 1],
    ["a mistake", [new TypeError("mistake")], 1],
    ["a wait of more than two seconds", [http(429, 2_001)], 1],
  ])("ends with the last of %s", async (_, errors, attempts) => {
    const ran = await run(errors);
    expect(ran.attempts).toBe(attempts);
    expect(ran.outcome).toBe(errors.at(-1));
  });

  it("ends with the signal's reason", async () => {
    const reason = new Error("enough");
    const ran = await run([http(503)], { signal: AbortSignal.abort(reason) });
    expect(ran).toEqual({ outcome: reason, waits: [], attempts: 1 });
  });
});
