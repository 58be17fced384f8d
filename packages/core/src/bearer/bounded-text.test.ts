import { describe, expect, it, vi } from "vitest";
import { boundedText } from "./bounded-text.ts";

/** A body of chunks, without end if there are none left and it is endless. */
function body(chunks: readonly number[][], cancel = () => {}) {
  const left = [...chunks];
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = left.shift();
        if (chunk === undefined) controller.close();
        else controller.enqueue(Uint8Array.from(chunk));
      },
      cancel,
    },
    { highWaterMark: 0 },
  );
}

describe("boundedText", () => {
  it("joins chunks, also where they divide a character", async () => {
    expect(await boundedText(body([[0x61, 0xc3], [0xbc, 0xe2, 0x82], [0xac]]), 6)).toBe("aü€");
    expect(await boundedText(body([[0x61, 0xc3]]), 2)).toBe("a\ufffd");
    expect(await boundedText(null, 1)).toBe("");
  });

  it("cancels a body that is one byte too long, and reads it no further", async () => {
    const cancel = vi.fn();
    const pulled = body([[1, 2], [3], [4], [5]], cancel);
    expect(await boundedText(pulled, 2)).toBeUndefined();
    expect(cancel).toHaveBeenCalledOnce();
    expect(await boundedText(body([[1, 2]]), 2)).toBe("\u0001\u0002");
  });
});
