import { describe, expect, it, onTestFinished } from "vitest";
import { createSubscribers } from "./subscribers.ts";

describe("createSubscribers", () => {
  it("calls every function at each event, until it is taken back", () => {
    const heard: string[] = [];
    const subscribers = createSubscribers<number>();
    const stop = subscribers.subscribe((event) => heard.push(`a${event}`));
    subscribers.subscribe((event) => heard.push(`b${event}`));
    subscribers.emit(1);
    stop();
    subscribers.emit(2);
    expect(heard).toEqual(["a1", "b1", "b2"]);
  });

  it("survives a function that throws and one that rejects", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    onTestFinished(() => void process.off("unhandledRejection", note));
    const heard: string[] = [];
    const subscribers = createSubscribers();
    subscribers.subscribe(() => {
      throw new Error("thrown");
    });
    subscribers.subscribe(async () => {
      throw new Error("rejected");
    });
    subscribers.subscribe(() => heard.push("last"));
    subscribers.emit();
    await new Promise((resolve) => setImmediate(resolve));
    expect({ heard, unhandled }).toEqual({ heard: ["last"], unhandled: [] });
  });
});
