import { describe, expect, it, vi } from "vitest";
import { settled } from "../cache/cached-script.test-support.ts";
import { dropBody } from "./drop-body.ts";

describe("dropBody", () => {
  it("cancels the body before it returns", () => {
    const cancel = vi.fn(() => new Promise(() => {}));
    dropBody({ cancel });
    expect(cancel).toHaveBeenCalledOnce();
  });

  it("bears a body that cannot be cancelled", async () => {
    const locked = new Response("text").body;
    locked?.getReader();
    dropBody(locked);
    dropBody({ cancel: () => Promise.reject(new Error("mine")) });
    dropBody({
      cancel: () => {
        throw new Error("mine");
      },
    });
    dropBody({} as never);
    dropBody(null);
    dropBody(undefined);
    await settled(); // A rejection that nobody handles would end the test run.
  });
});
