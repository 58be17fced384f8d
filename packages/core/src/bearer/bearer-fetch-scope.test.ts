import { describe, expect, it, vi } from "vitest";
import { cachedScript } from "../cache/cached-script.test-support.ts";
import type { TokenRequest } from "../token/token-source.ts";
import { bearerFetch } from "./bearer-fetch.ts";
import { recordingFetch } from "./recording-fetch.test-support.ts";

const resource = "https://mcp.example/mcp";
const metadata = "https://mcp.example/.well-known/oauth-protected-resource";

const forbidden = (challenge: string) =>
  new Response("no", { status: 403, headers: { "www-authenticate": challenge } });
const insufficient = (scope: string) =>
  forbidden(
    `Basic realm="x", Bearer error="insufficient_scope", scope="${scope}", resource_metadata="${metadata}"`,
  );

/** Sends one request and returns what happened. */
async function send(answers: readonly Response[], request: TokenRequest = {}) {
  const { fetch, sent } = recordingFetch(...answers);
  const { cache, source } = cachedScript();
  const onInsufficientScope = vi.fn();
  const bound = bearerFetch(cache, { resource, fetch, request, onInsufficientScope });
  const answer = await bound(resource);
  return { answer, sent, calls: source.calls, told: onInsufficientScope.mock.calls };
}

describe("bearerFetch at a 403", () => {
  it("tells of the union of requested and challenged scope, and returns the answer unread", async () => {
    const request = { subjectToken: "alice", scope: ["read", "list"] };
    const { answer, sent, calls, told } = await send([insufficient("write read")], request);
    expect([answer.status, await answer.text()]).toEqual([403, "no"]);
    expect(told).toEqual([
      [
        {
          error: "insufficient_scope",
          scope: ["write", "read"],
          stepUpScope: ["read", "list", "write"],
          resourceMetadata: metadata,
        },
        request,
      ],
    ]);
    expect(told[0]?.[1]).toBe(request);
    expect([sent.length, calls.length]).toEqual([1, 1]);
  });

  it("tells of the challenged scope alone if none was requested", async () => {
    const { told } = await send([insufficient("write")]);
    expect(told).toMatchObject([[{ stepUpScope: ["write"] }, {}]]);
  });

  it("tells after a 401 too, with no further request", async () => {
    const refused = new Response(null, { status: 401 });
    const { told, sent, calls } = await send([refused, insufficient("write")]);
    expect([told.length, sent.length, calls.length]).toEqual([1, 2, 2]);
  });

  it.each([
    ["another error", forbidden('Bearer error="invalid_token"')],
    ["no challenge", new Response(null, { status: 403 })],
    ["another scheme", forbidden('DPoP error="insufficient_scope"')],
    [
      "another status",
      new Response(null, {
        status: 400,
        headers: { "www-authenticate": 'Bearer error="insufficient_scope"' },
      }),
    ],
  ])("does not tell of %s", async (_, answer) => {
    expect((await send([answer])).told).toEqual([]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("mine");
      },
    ],
    ["rejects", () => Promise.reject(new Error("mine"))],
  ])("returns the answer if the callback %s", async (_, onInsufficientScope) => {
    const { fetch } = recordingFetch(insufficient("write"));
    const { cache } = cachedScript();
    const answer = await bearerFetch(cache, { resource, fetch, onInsufficientScope })(resource);
    expect(answer.status).toBe(403);
  });

  it("asks for no other token however often it is refused", async () => {
    const { fetch, sent } = recordingFetch(insufficient("write"));
    const { cache, source } = cachedScript();
    const bound = bearerFetch(cache, { resource, fetch });
    for (let i = 0; i < 20; i++) await bound(resource);
    expect([sent.length, source.calls.length]).toEqual([20, 1]);
  });
});
