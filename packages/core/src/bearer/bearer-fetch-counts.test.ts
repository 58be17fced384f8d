import { describe, expect, it } from "vitest";
import { cachedScript, HARD_MS, settled } from "../cache/cached-script.test-support.ts";
import { bearerFetch } from "./bearer-fetch.ts";

const resource = "https://mcp.example/mcp";
const times = (n: number, call: (i: number) => Promise<Response>) =>
  Promise.all(Array.from({ length: n }, (_, i) => call(i)));

/** Answers with the token of each request, and refuses those in `revoked`. */
function echoServer() {
  const revoked = new Set<string>();
  let requests = 0;
  const fetch: typeof globalThis.fetch = async (_, init) => {
    requests++;
    const authorization = new Headers(init?.headers).get("authorization") ?? "";
    return new Response(authorization, { status: revoked.has(authorization) ? 401 : 200 });
  };
  return { fetch, revoked, requests: () => requests };
}

describe("bearerFetch over a cache", () => {
  it.each([
    ["cold", 0],
    ["expired", HARD_MS],
  ])("makes 1 token request for 1,000 parallel calls, the token being %s", async (_, elapsed) => {
    const { cache, source, clock } = cachedScript();
    const { fetch } = echoServer();
    const bound = bearerFetch(cache, { resource, fetch });
    if (elapsed > 0) await bound(resource);
    clock.advance(elapsed);
    const before = source.calls.length;
    source.hold();
    const calls = times(1_000, () => bound(resource));
    await settled();
    source.release();
    const authorizations = await Promise.all((await calls).map((answer) => answer.text()));
    expect(new Set(authorizations)).toEqual(new Set([`Bearer token-${before + 1}`]));
    expect(source.calls.length - before).toBe(1);
  });

  it("makes 1 token request for a burst of 1,000 refusals", async () => {
    const { cache, source } = cachedScript();
    const server = echoServer();
    const bound = bearerFetch(cache, { resource, fetch: server.fetch });
    await bound(resource);
    server.revoked.add("Bearer token-1");
    const answers = await times(1_000, () => bound(resource, { method: "POST", body: "{}" }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(source.calls.length).toBe(2);
    expect(source.calls[1]?.options?.rejected?.token).toBe("token-1");
    expect(server.requests()).toBe(2_001);
  });

  it("sends no header of another user while two alternate 1,000 times", async () => {
    const { cache, source } = cachedScript();
    const { fetch } = echoServer();
    const users = ["alice", "bob"];
    const shared = { headers: new Headers({ "x-shared": "1" }) };
    let turn = 0;
    const bound = bearerFetch(cache, {
      resource,
      fetch,
      request: () => ({ subjectToken: users[turn++ % 2] ?? "" }),
    });
    const answers = await times(1_000, () => bound(resource, shared));
    const seen = await Promise.all(answers.map((answer) => answer.text()));
    const tokenOf = new Map(
      source.calls.map(({ request }, i) => [request?.subjectToken, `Bearer token-${i + 1}`]),
    );
    expect(seen).toEqual(seen.map((_, i) => tokenOf.get(users[i % 2])));
    expect(tokenOf.size).toBe(2);
    expect(source.calls).toHaveLength(2);
  });

  it.each([
    ["of its own origin", "https://bad.example/mcp"],
    ["of the same origin", "https://mcp.example/bad"],
  ])("fails no call to a good server beside a bad one %s, for 60 s", async (_, bad) => {
    const { cache, source, clock } = cachedScript();
    const fetch = async (input: unknown) =>
      new Response(null, { status: String(input) === bad ? 401 : 200 });
    const origins = ["https://mcp.example", "https://bad.example"];
    const bound = bearerFetch(cache, { origins, fetch });
    let good = 0;
    for (let ms = 0; ms < 60_000; ms += 250) {
      await bound(bad).catch(() => undefined);
      if ((await bound(resource)).ok) good++;
      clock.advance(250);
    }
    expect(good).toBe(240);
    // The first token, and one replacement for each interval of 5 s at most.
    expect(source.calls.length).toBeLessThanOrEqual(13);
    expect(source.calls.length).toBeGreaterThan(1);
  });
});
