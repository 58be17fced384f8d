import { describe, expect, it, onTestFinished, vi } from "vitest";
import { cachedScript } from "../cache/cached-script.test-support.ts";
import { bearerFetch } from "./bearer-fetch.ts";
import { boundedText } from "./bounded-text.ts";
import { recordingFetch } from "./recording-fetch.test-support.ts";

const resource = "https://mcp.example/mcp";

/** Bodies whose cancelling never ends, and how they come about. */
const endless: [string, (status: number, headers?: Record<string, string>) => Response][] = [
  [
    "of which an unread clone is kept",
    (status, headers) => {
      const answer = new Response("dropped", { status, ...(headers && { headers }) });
      const kept = answer.clone();
      onTestFinished(() => expect(kept.bodyUsed).toBe(false));
      return answer;
    },
  ],
  [
    "whose cancelling never settles",
    (status, headers) => {
      const body = new ReadableStream({ cancel: () => new Promise<void>(() => {}) });
      return new Response(body, { status, ...(headers && { headers }) });
    },
  ],
  [
    "whose cancelling fails",
    (status, headers) => {
      const body = new ReadableStream({ cancel: () => Promise.reject(new Error("broken")) });
      return new Response(body, { status, ...(headers && { headers }) });
    },
  ],
];

describe.each(endless)("bearerFetch and a body %s", (_, answer) => {
  it("sends again after a 401", async () => {
    const { cache } = cachedScript();
    const { fetch, sent } = recordingFetch(answer(401), new Response("ok"));
    const last = await bearerFetch(cache, { resource, fetch })(resource);
    expect(await last.text()).toBe("ok");
    expect(sent.map(({ authorization }) => authorization)).toEqual([
      "Bearer token-1",
      "Bearer token-2",
    ]);
  });

  it("fails after a 401 if no other token can be had", async () => {
    const { cache, source } = cachedScript();
    await cache.getToken();
    source.failure = new TypeError("no other");
    const { fetch } = recordingFetch(answer(401));
    await expect(bearerFetch(cache, { resource, fetch })(resource)).rejects.toThrow("no other");
  });

  it("follows a redirect within the origin", async () => {
    const { cache } = cachedScript();
    const { fetch, sent } = recordingFetch(answer(307, { location: "/v2" }), new Response("ok"));
    const last = await bearerFetch(cache, { resource, fetch })(resource);
    expect(await last.text()).toBe("ok");
    expect(sent.map(({ url }) => url)).toEqual([resource, "https://mcp.example/v2"]);
  });
});

describe("boundedText", () => {
  it("does not wait until a body that is too long is cancelled", async () => {
    const cancel = vi.fn(() => new Promise<void>(() => {}));
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(2)),
      cancel,
    });
    expect(await boundedText(body, 1)).toBeUndefined();
    expect(cancel).toHaveBeenCalledOnce();
    const failing = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(2)),
      cancel: () => Promise.reject(new Error("broken")),
    });
    expect(await boundedText(failing, 1)).toBeUndefined();
  });
});
