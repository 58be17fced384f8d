import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emit } from "./emit.ts";

describe("emit", () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);
  beforeEach(() => void process.on("unhandledRejection", onUnhandled));
  afterEach(() => void process.off("unhandledRejection", onUnhandled));

  it("calls with the arguments, or nobody", () => {
    const heard: unknown[] = [];
    emit((...args: readonly number[]) => heard.push(args), 1, 2);
    emit(undefined, 3);
    expect(heard).toEqual([[1, 2]]);
  });

  it("survives whatever a callback does", async () => {
    emit(() => {
      throw new Error("thrown");
    });
    emit(async () => {
      throw new Error("rejected");
    });
    emit(() => ({
      // biome-ignore lint/suspicious/noThenProperty: what a callback may return
      get then() {
        throw new Error("a getter");
      },
    }));
    // biome-ignore lint/suspicious/noThenProperty: what a callback may return
    emit(() => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new Error("no")) }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});
