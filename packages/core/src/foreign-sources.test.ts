import { describe, expect, it } from "vitest";
import { bearerFetch } from "./bearer/bearer-fetch.ts";
import { recordingFetch } from "./bearer/recording-fetch.test-support.ts";
import { toHeaders } from "./bearer/to-headers.ts";
import { chain } from "./sources/chain.ts";
import { staticTokenSource } from "./sources/static-token-source.ts";
import type { TokenSource } from "./token/token-source.ts";

const resource = "https://api.example/v1";

describe("a source that never settles and ignores its signal", () => {
  const source: TokenSource = { identity: "hung", getToken: () => new Promise(() => {}) };
  const calls: readonly [string, (signal: AbortSignal) => Promise<unknown>][] = [
    ["chain", (signal) => chain([source, staticTokenSource("x")]).getToken({}, { signal })],
    ["toHeaders", (signal) => toHeaders(source, {}, { signal })],
    ["bearerFetch", (signal) => bearerFetch(source, { resource })(resource, { signal })],
  ];

  it.each(calls)("does not outlast the caller's signal in %s", async (_, call) => {
    const abort = new AbortController();
    const reason = new Error("gone");
    const outcome = expect(call(abort.signal)).rejects.toBe(reason);
    abort.abort(reason);
    await outcome;
  });
});

describe("a source that throws what it likes", () => {
  it("shows nothing of its message through a chain", async () => {
    const source: TokenSource = {
      identity: "foreign",
      getToken: () => Promise.reject(new Error("assertion=s3ntinel")),
    };
    const error = await chain([source])
      .getToken()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_TOKEN_PROVIDER" });
    expect(String((error as Error).stack)).not.toContain("s3ntinel");
  });
});

describe("a URL that holds a user name or password", () => {
  it("gets no request, and is not followed to", async () => {
    const source = staticTokenSource("token");
    const { fetch, sent } = recordingFetch();
    const call = bearerFetch(source, { resource, fetch })("https://u:s3ntinel@api.example/v1");
    await expect(call).rejects.toThrow("its URL holds a user name or password");
    await expect(call).rejects.not.toThrow("s3ntinel");
    expect(sent).toEqual([]);
    const location = "https://u:s3ntinel@api.example/v2";
    const redirecting = recordingFetch(new Response(null, { status: 307, headers: { location } }));
    const options = { resource, fetch: redirecting.fetch };
    expect((await bearerFetch(source, options)(resource)).status).toBe(307);
    expect(redirecting.sent).toHaveLength(1);
  });
});
