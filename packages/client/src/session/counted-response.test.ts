import { describe, expect, it, vi } from "vitest";
import { countResponse } from "./counted-response.ts";

const headers = { "content-type": "application/x-www-form-urlencoded" };

/** A response with these pieces as its body; it counts what is read and how often it is cancelled. */
function responseOf(
  pieces: readonly string[],
  make = (body: ReadableStream) => new Response(body, { headers }),
) {
  const cancel = vi.fn();
  const left = pieces.map((piece) => new TextEncoder().encode(piece));
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
    cancel,
  });
  const response = make(body);
  let counted = 0;
  const counting = (max = Number.POSITIVE_INFINITY) =>
    countResponse(response, {
      count: ({ byteLength }) => {
        counted += byteLength;
        if (counted > max) throw new Error("too long");
      },
    });
  return { response, cancel, counting, counted: () => counted };
}

async function streamed(body: ReadableStream<Uint8Array> | null): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) text += decoder.decode(chunk, { stream: true });
  return text;
}

const decoded = (bytes: ArrayBuffer | Uint8Array) => new TextDecoder().decode(bytes);

const READERS: Readonly<Record<string, (response: Response) => Promise<string>>> = {
  text: (response) => response.text(),
  json: async (response) => JSON.stringify(await response.json()),
  body: (response) => streamed(response.body),
  arrayBuffer: async (response) => decoded(await response.arrayBuffer()),
  bytes: async (response) => decoded(await response.bytes()),
  blob: async (response) => {
    const blob = await response.blob();
    expect(blob.type).toBe(headers["content-type"]);
    return blob.text();
  },
  formData: async (response) => [...(await response.formData()).keys()].join(),
  "text of a clone": async (response) => response.clone().text(),
  "text beside a clone": async (response) => {
    response.clone();
    return response.text();
  },
};

class OwnResponse extends Response {}

describe("countResponse", () => {
  describe.each(Object.entries(READERS))("reading by %s", (_, read) => {
    it("yields the whole body and counts it once", async () => {
      const { response, counting, counted } = responseOf(['{"a":', '"é"', "}"]);
      counting();
      expect(await read(response)).toBe('{"a":"é"}');
      expect(counted()).toBe(10);
    });

    it("ends at the limit, and cancels the body", async () => {
      const { response, counting, cancel } = responseOf(["[1", ",2", ",3", ",4]"]);
      counting(4);
      await expect(read(response)).rejects.toThrow("too long");
      expect(cancel).toHaveBeenCalledOnce();
    });

    it("ends at the limit, too, if the response is of a class of its own", async () => {
      const make = (body: ReadableStream) => new OwnResponse(body, { headers });
      const { response, counting } = responseOf(["[1", ",2", ",3", ",4]"], make);
      counting(4);
      await expect(read(response)).rejects.toThrow("too long");
      expect(response).toBeInstanceOf(OwnResponse);
    });

    it("fails once the body was cancelled, so that half of it cannot pass for all of it", async () => {
      const { response, counting, cancel } = responseOf(["[1]", "[2]"]);
      counting()?.cancel();
      await expect(read(response)).rejects.toThrow(/its call is over|body was read/);
      expect(cancel).toHaveBeenCalledOnce();
    });
  });

  it("leaves status, headers and class as they are, and the body usable once", async () => {
    const { response, counting } = responseOf(["{}"]);
    counting();
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.ok, response.bodyUsed]).toEqual([200, true, false]);
    expect(response.headers.get("content-type")).toBe(headers["content-type"]);
    await response.text();
    expect(response.bodyUsed).toBe(true);
    await expect(response.json()).rejects.toThrow(TypeError);
    expect(() => response.clone()).toThrow(TypeError);
  });

  it("has nothing to count where there is no body", () => {
    expect(countResponse(new Response(null, { status: 202 }), { count: () => {} })).toBeUndefined();
  });

  it("does not cancel a body that was read to its end", async () => {
    const { response, counting, cancel } = responseOf(["{}"]);
    const body = counting();
    await response.json();
    body?.cancel();
    expect(cancel).not.toHaveBeenCalled();
  });

  it("cancels a body in the middle of its stream", async () => {
    const { response, counting, cancel } = responseOf(["a", "b", "c"]);
    counting();
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(cancel).toHaveBeenCalledOnce();
  });
});
