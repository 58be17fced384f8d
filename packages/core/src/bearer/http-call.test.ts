import { describe, expect, it } from "vitest";
import { httpCall } from "./http-call.ts";

const url = "https://mcp.example/mcp";
const posted = () => new Request(url, { method: "POST", body: "{}", redirect: "manual" });

describe("httpCall", () => {
  it("keeps a Request of Node as it is where Node's own fetch sends it", () => {
    const request = posted();
    const call = httpCall(request, {}, true);
    expect(call.input).toBe(request);
    expect(call.init).toEqual({});
    expect(call).toMatchObject({ method: "POST", redirect: "manual", replayable: false });
  });

  it("splits a Request of Node into its parts for any other fetch", () => {
    const request = posted();
    const { input, init } = httpCall(request, {}, false);
    expect(input).toBe(url);
    expect(init).toEqual({
      method: "POST",
      headers: request.headers,
      redirect: "manual",
      signal: request.signal,
      body: request.body,
      duplex: "half",
    });
  });

  it("splits a Request of another copy of undici also for Node's own fetch", () => {
    const foreign = { url, method: "PUT", headers: new Headers(), body: null } as Request;
    const { input, init, method } = httpCall(foreign, {}, true);
    expect([input, method, init.method]).toEqual([url, "PUT", "PUT"]);
    expect(init).not.toHaveProperty("body");
    expect(init).not.toHaveProperty("duplex");
  });

  it("takes what the second argument says before what the Request says", () => {
    const { signal } = new AbortController();
    const own = { method: "put", headers: { "x-a": "1" }, redirect: "error", signal, body: "x" };
    const call = httpCall(posted(), own as RequestInit, false);
    expect(call).toMatchObject({ method: "PUT", redirect: "error", signal, replayable: true });
    expect(call.init).toMatchObject({ method: "put", redirect: "error", signal, body: "x" });
    expect(Object.fromEntries(call.headers)).toEqual({ "x-a": "1" });
  });

  it.each([
    ["no body", undefined, true],
    ["null", null, true],
    ["a text", "", true],
    ["a form", new URLSearchParams(), true],
    ["bytes", new Uint8Array(1), true],
    ["a buffer", new ArrayBuffer(1), true],
    ["a blob", new Blob([]), true],
    ["form data", new FormData(), true],
    ["a stream", new ReadableStream(), false],
  ] as const)("sends %s twice: %s", (_, body, replayable) => {
    expect(
      httpCall(url, { method: "POST", ...(body !== undefined && { body }) }, true).replayable,
    ).toBe(replayable);
  });
});
