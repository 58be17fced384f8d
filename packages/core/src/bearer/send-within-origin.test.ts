import { describe, expect, it } from "vitest";
import { httpCall } from "./http-call.ts";
import { sendWithinOrigin } from "./send-within-origin.ts";

/** Sends a request to a `fetch` with these responses, and tells what it sent. */
async function sent(input: string | Request, responses: readonly Response[]) {
  const requests: { url: string; init: RequestInit }[] = [];
  const rest = [...responses];
  const response = await sendWithinOrigin(
    async (target, init) => {
      requests.push({ url: target instanceof Request ? target.url : String(target), init });
      return rest.shift() ?? new Response("the end");
    },
    httpCall(input, {}, true),
  );
  return { requests, response, urls: requests.map(({ url }) => url) };
}

const redirect = (status: number, location: string, body?: ReadableStream) =>
  new Response(body ?? null, { status, headers: { location } });

describe("sendWithinOrigin", () => {
  it.each([301, 302, 303, 307, 308])("follows %i to a GET", async (status) => {
    const { urls } = await sent("https://a.example/x", [redirect(status, "/y")]);
    expect(urls).toEqual(["https://a.example/x", "https://a.example/y"]);
  });

  it.each([300, 304, 305])("does not follow %i", async (status) => {
    const { urls } = await sent("https://a.example/x", [redirect(status, "/y")]);
    expect(urls).toEqual(["https://a.example/x"]);
  });

  it("reads a relative location against the redirect before it", async () => {
    const { urls } = await sent("https://a.example/x", [
      redirect(302, "/deep/down/one"),
      redirect(302, "two"),
    ]);
    expect(urls.at(-1)).toBe("https://a.example/deep/down/two");
  });

  it.each(["https://user@a.example/y", "https://:secret@a.example/y"])(
    "does not follow to %s",
    async (location) => {
      const { urls, response } = await sent("https://a.example/x", [redirect(302, location)]);
      expect(urls).toHaveLength(1);
      expect(response.status).toBe(302);
    },
  );

  it("hands on the signal of a Request, and frees the connection of the redirect", async () => {
    let cancelled = 0;
    const body = new ReadableStream({ cancel: () => void cancelled++ });
    const { signal } = new AbortController();
    const request = new Request("https://a.example/x", { signal });
    const { requests } = await sent(request, [redirect(302, "/y", body)]);
    expect(requests.map(({ init }) => init.signal)).toEqual([undefined, request.signal]);
    expect(cancelled).toBe(1);
  });
});
