import { getEventListeners } from "node:events";
import { createFakeClock } from "@agent-oauth/core/testing";
import { describe, expect, it } from "vitest";
import { withinDeadline } from "./deadline.ts";

const clock = createFakeClock();
const options = { clock, timeoutMs: 1_000, timeoutReason: () => new Error("timeout"), signals: [] };

describe("withinDeadline", () => {
  it("counts the time left by the monotonic clock", async () => {
    await withinDeadline(options, async ({ leftMs }) => {
      clock.advance(400);
      clock.step(5_000);
      expect(leftMs()).toBe(600);
    });
  });

  it("aborts with the timeout's reason", async () => {
    const forever = ({ signal }: { signal: AbortSignal }) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(new Error("other"))),
      );
    await expect(withinDeadline({ ...options, timeoutMs: 1 }, forever)).rejects.toThrow("timeout");
  });

  it("does not begin for a signal that is aborted already", async () => {
    let begun = false;
    const work = withinDeadline(
      { ...options, signals: [AbortSignal.abort("enough")] },
      async () => {
        begun = true;
      },
    );
    await expect(work).rejects.toBe("enough");
    expect(begun).toBe(false);
  });

  it.each(["ends", "fails"])(
    "leaves nothing on a long-lived signal when the work %s",
    async (how) => {
      const { signal } = new AbortController();
      const work = withinDeadline({ ...options, signals: [undefined, signal] }, async () => {
        expect(getEventListeners(signal, "abort")).toHaveLength(1);
        if (how === "fails") throw new Error("failed");
      });
      await work.catch((error: Error) => expect(error.message).toBe("failed"));
      expect(getEventListeners(signal, "abort")).toEqual([]);
    },
  );
});
