import { describe, expect, it, onTestFinished } from "vitest";
import { answerJson, authority, startTestServer } from "../server.test-support.ts";
import { createHttpClient, type HttpClient } from "./http-client.ts";
import type { HttpOptions } from "./http-options.ts";

const DOING = "create a flow";

function client(options: HttpOptions = {}): HttpClient {
  const made = createHttpClient(
    { ca: authority.certificate, sleep: () => Promise.resolve(), ...options },
    DOING,
  );
  onTestFinished(() => made.close());
  return made;
}

/** Gets a URL as a service that is no authorization server is asked. */
function get(http: HttpClient, url: string, signal?: AbortSignal) {
  const failed = "Cannot list the fragments";
  return http.within({ failed, signal }, (deadline) =>
    http.retry(
      () =>
        http.attempt({
          url: new URL(url),
          failed,
          send: (fetch) => fetch(url, { signal: deadline.signal }),
          read: ({ status, text }) => ({ status, text }),
        }),
      { deadline, isIdempotent: true },
    ),
  );
}

describe("createHttpClient", () => {
  it("sends requests without a certificate, and retries what certainly was not sent", async () => {
    const server = await startTestServer(answerJson({ good: true }));
    const dropped = await startTestServer(({ socket }) => void socket?.destroy());
    const http = client();
    expect(await get(http, server.url)).toEqual({ status: 200, text: '{"good":true}' });
    expect(server.requests[0]).toMatchObject({ method: "GET", thumbprint: undefined });
    await expect(get(http, dropped.url)).rejects.toMatchObject({
      message: expect.stringMatching(/^Cannot list the fragments: /),
    });
    expect(dropped.requests).toHaveLength(3);
  });

  it("bounds a response and the time of all work", async () => {
    const server = await startTestServer(answerJson("x".repeat(11)));
    expect(await get(client({ maxResponseBytes: 11 }), server.url)).toMatchObject({ status: 200 });
    expect(await get(client({ maxResponseBytes: 10 }), server.url)).toMatchObject({
      text: undefined,
    });
    const forever = client({ timeoutMs: 1 }).within({ failed: "Cannot wait" }, () => {
      return new Promise<never>(() => {});
    });
    await expect(forever).rejects.toMatchObject({
      code: "ERR_TOKEN_TIMEOUT",
      message: 'Cannot wait: no answer within 1 ms; the option "timeoutMs" sets the limit',
    });
  });

  it("ends work under way with its signal, and when it is closed", async () => {
    const server = await startTestServer(() => {});
    const http = client();
    const controller = new AbortController();
    const [aborted, closed] = [get(http, server.url, controller.signal), get(http, server.url)];
    controller.abort("enough");
    await expect(aborted).rejects.toBe("enough");
    const code = "ERR_TOKEN_CLOSED";
    const ended = expect(closed).rejects.toMatchObject({ code });
    await http.close();
    await ended;
    await expect(get(http, server.url)).rejects.toMatchObject({ code });
  });

  it.each([
    [{ timeoutMs: 0 }, RangeError, /"timeoutMs" must be a number from 1 to/],
    [{ timeoutMs: null }, TypeError, /"timeoutMs" must be a number/],
    [{ ca: "ca.pem" }, TypeError, /"ca" must be PEM certificates/],
    [{ sleep: 1 }, TypeError, /"sleep" must be a function/],
  ])("refuses %j", (options, type, message) => {
    const make = () => createHttpClient(options as HttpOptions, DOING);
    expect(make).toThrow(type);
    expect(make).toThrow(message);
    expect(make).toThrow(/^Cannot create a flow: /);
  });
});
