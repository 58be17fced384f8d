import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { untilStopped } from "./stop-signals.ts";

function fakes() {
  const process = new EventEmitter();
  const output = new EventEmitter();
  return { process, output, stopped: untilStopped({ process, output }) };
}

describe("untilStopped", () => {
  it.each(["SIGINT", "SIGTERM"])(
    "resolves on %s and leaves the next signal alone",
    async (name) => {
      const { process, stopped } = fakes();
      expect([process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")]).toEqual([1, 1]);
      process.emit(name);
      await stopped;
      expect([process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")]).toEqual([0, 0]);
    },
  );

  it("resolves once when the reader has gone", async () => {
    const { output, stopped } = fakes();
    output.emit("error", new Error("EPIPE"));
    await stopped;
    expect(() => output.emit("error", new Error("EPIPE"))).not.toThrow();
  });
});
