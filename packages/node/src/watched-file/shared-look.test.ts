import { describe, expect, it, vi } from "vitest";
import { SharedLook } from "./shared-look.ts";

describe("SharedLook", () => {
  it("is shared by callers before it begins, and by no later one", async () => {
    const ends: (() => void)[] = [];
    const look = vi.fn(() => new Promise<void>((resolve) => ends.push(resolve)));
    const shared = new SharedLook(look);
    const first = [shared.run(), shared.run()];
    await vi.waitFor(() => expect(look).toHaveBeenCalledTimes(1));
    const second = [shared.run(), shared.run()];
    expect(look).toHaveBeenCalledTimes(1);
    ends[0]?.();
    await Promise.all(first);
    await vi.waitFor(() => expect(look).toHaveBeenCalledTimes(2));
    ends[1]?.();
    await Promise.all(second);
    expect(look).toHaveBeenCalledTimes(2);
  });
});
