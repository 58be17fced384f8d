import { describe, expect, it } from "vitest";
import type { AccessToken } from "../token/access-token.ts";
import {
  type CachedScript,
  cachedScript,
  SOFT_MS,
  settled,
  tokenError,
} from "./cached-script.test-support.ts";
import { cachingTokenSource } from "./caching-token-source.ts";

const INTERVAL_MS = 5_000;
const REJECTED = { code: "ERR_TOKEN_REJECTED", retryable: false };

describe("cachingTokenSource: rejected tokens", () => {
  it("drops the refused token, also for bound handles, and names it to the source", async () => {
    const { source, cache, told } = cachedScript();
    const rejected = await cache.getToken();
    const bound = cache.bind();
    await bound.getToken();
    source.hold();
    const waiting = cache.getToken({}, { rejected });
    expect(bound.peek()).toBeUndefined();
    source.release();
    expect((await waiting).token).toBe("token-2");
    expect((await bound.getToken()).token).toBe("token-2");
    expect(source.calls[1]?.options?.rejected).toBe(rejected);
    expect(cache.stats()).toMatchObject({ rejected: 1, requests: 2 });
    expect(told("rejected")).toMatchObject([{ fingerprint: rejected.fingerprint }]);
    expect(told("request-start").map(({ reason }) => reason)).toEqual(["miss", "rejected"]);
  });

  it("passes a refused token through every cache to the innermost source", async () => {
    const { clock, source, cache } = cachedScript();
    const outer = cachingTokenSource(
      { identity: "outer", getToken: (request, options) => cache.getToken(request, options) },
      { clock },
    );
    const rejected = await outer.getToken();
    expect((await outer.getToken({}, { rejected })).token).toBe("token-2");
    expect(source.calls[1]?.options?.rejected?.token).toBe(rejected.token);
  });

  it("leaves the subject's other tokens, and those of others, alone", async () => {
    const { cache } = cachedScript();
    const subjectToken = "alice";
    const rejected = await cache.getToken({ subjectToken });
    const others = [{ subjectToken, tenant: "t" }, { subjectToken: "bob" }, {}];
    const kept = await Promise.all(others.map((request) => cache.getToken(request)));
    await cache.getToken({ subjectToken }, { rejected });
    expect(others.map((request) => cache.peek(request))).toEqual(kept);
  });

  it("knows the refused token by its text too", async () => {
    const { source, cache } = cachedScript();
    const { token } = await cache.getToken();
    const rejected = { token, tokenType: "Bearer", expiresAt: undefined } as const;
    expect((await cache.getToken({}, { rejected })).token).toBe("token-2");
    expect(source.calls).toHaveLength(2);
  });

  it("returns the newer token to a late 401 for an older one", async () => {
    const { source, cache } = cachedScript();
    const rejected = await cache.getToken();
    const newer = await cache.getToken({}, { rejected });
    for (let i = 0; i < 100; i++) expect(await cache.getToken({}, { rejected })).toBe(newer);
    expect(source.calls).toHaveLength(2);
  });

  it("does not take the answer of a request that began before the rejection", async () => {
    const { clock, source, cache } = cachedScript();
    const rejected = await cache.getToken();
    clock.advance(SOFT_MS);
    source.hold();
    await cache.getToken(); // begins the refresh
    const waiting = cache.getToken({}, { rejected });
    source.releaseOne();
    await settled();
    expect(source.waiting).toBe(1);
    expect(cache.peek()).toBeUndefined(); // the late answer was not stored
    source.release();
    expect((await waiting).token).toBe("token-3");
    expect(cache.peek()?.token).toBe("token-3");
  });

  it("takes the answer of a queued request that has not begun", async () => {
    const { source, cache } = cachedScript();
    const rejected = await cache.getToken();
    cache.clear();
    source.hold();
    const first = cache.getToken();
    cache.clear();
    const queued = cache.getToken();
    const late = cache.getToken({}, { rejected });
    source.release();
    await first;
    expect(await late).toBe(await queued);
    expect(source.calls).toHaveLength(3);
    expect(source.calls[2]?.options?.rejected).toBe(rejected);
  });

  it("fails those whose server refused it if the source answers with the refused token, and asks no more for an interval", async () => {
    const { clock, source, cache } = cachedScript();
    const rejected = await cache.getToken();
    source.ignoresRejected = true;
    await expect(cache.getToken({}, { rejected })).rejects.toMatchObject(REJECTED);
    clock.advance(INTERVAL_MS - 1);
    expect((await cache.getToken()).token).toBe(rejected.token);
    await expect(cache.getToken({}, { rejected })).rejects.toMatchObject(REJECTED);
    await expect(cache.bind().getToken({ rejected })).rejects.toMatchObject(REJECTED);
    expect(source.calls).toHaveLength(2);
    clock.advance(1);
    source.ignoresRejected = false;
    expect((await cache.getToken({}, { rejected })).token).toBe("token-2");
  });

  it("gives the refused token to others who wait, if the source has no other", async () => {
    const { source, cache } = cachedScript();
    const rejected = await cache.getToken();
    for (const script of [
      () => (source.ignoresRejected = true),
      () => source.failNext(tokenError("ERR_TOKEN_REJECTED")),
    ]) {
      cache.clear();
      source.answerNext(rejected.token);
      await cache.getToken();
      script();
      source.hold();
      const refused = cache.getToken({}, { rejected });
      const other = cache.getToken();
      source.release();
      await expect(refused).rejects.toMatchObject(REJECTED);
      expect((await other).token).toBe(rejected.token);
      source.ignoresRejected = false;
    }
  });

  it("asks no more for an interval if the source itself has nothing but the refused token", async () => {
    const { clock, source, cache } = cachedScript();
    const rejected = await cache.getToken();
    source.failNext(tokenError("ERR_TOKEN_REJECTED"));
    await expect(cache.getToken({}, { rejected })).rejects.toMatchObject(REJECTED);
    clock.advance(INTERVAL_MS - 1);
    await expect(cache.getToken({}, { rejected })).rejects.toMatchObject(REJECTED);
    expect((await cache.getToken()).token).toBe(rejected.token);
    expect(source.calls).toHaveLength(2);
    clock.advance(1);
    expect((await cache.getToken({}, { rejected })).token).toBe("token-2");
  });

  for (const [passed, requests] of [
    [INTERVAL_MS - 1, 2],
    [INTERVAL_MS, 3],
    [INTERVAL_MS + 1, 3],
  ] as const) {
    it(`makes ${requests} requests if the replacement is refused after ${passed} ms`, async () => {
      const { clock, source, cache } = cachedScript();
      const rejected = await cache.getToken();
      const replacement = await cache.getToken({}, { rejected });
      clock.advance(passed);
      const call = cache.getToken({}, { rejected: replacement });
      if (requests === 3) expect((await call).token).toBe("token-3");
      else await expect(call).rejects.toMatchObject(REJECTED);
      expect(source.calls).toHaveLength(requests);
      clock.advance(INTERVAL_MS);
      await cache.getToken();
    });
  }

  it("keeps the replacement for servers that take it", async () => {
    const { source, cache } = cachedScript();
    const rejected = await cache.getToken();
    const rejectedBy = "https://bad.example/mcp";
    const again = await cache.getToken({}, { rejected, rejectedBy });
    const refused = cache.getToken({}, { rejected: again, rejectedBy });
    await expect(refused).rejects.toMatchObject(REJECTED);
    expect(await cache.getToken()).toBe(again);
    expect(cache.peek()).toBe(again);
    await expect(cache.getToken({ tenant: "other" })).resolves.toBeDefined();
    expect(source.calls).toHaveLength(3);
  });

  it("replaces once however many servers refuse", async () => {
    const { source, cache } = cachedScript();
    const rejected = await cache.getToken();
    for (let i = 0; i < 50; i++) {
      const rejectedBy = `https://bad.example/${i}`;
      const token = await cache.getToken({}, { rejected, rejectedBy });
      await cache.getToken({}, { rejected: token, rejectedBy }).catch(() => {});
    }
    expect(source.calls).toHaveLength(2);
  });

  it("does not hand a server the replacement that it has refused, but for a late 401 of another one", async () => {
    const { cache } = cachedScript();
    const rejected = await cache.getToken();
    const bad = "https://shared.example/bad";
    const replacement = await cache.getToken({}, { rejected, rejectedBy: bad });
    const refused = cache.getToken({}, { rejected: replacement, rejectedBy: bad });
    await expect(refused).rejects.toMatchObject(REJECTED);
    const late = cache.getToken({}, { rejected, rejectedBy: bad });
    await expect(late).rejects.toMatchObject(REJECTED);
    const other = cache.getToken({}, { rejected, rejectedBy: "https://shared.example/good" });
    expect(await other).toBe(replacement);
  });

  it("tells the source which server refused the token", async () => {
    const { source, cache } = cachedScript();
    const rejected = await cache.getToken();
    const rejectedBy = "https://bad.example/mcp";
    await cache.getToken({}, { rejected, rejectedBy });
    expect(source.calls[1]?.options).toMatchObject({ rejected, rejectedBy });
  });

  it("keeps the refused token for others while no other can be had", async () => {
    const { source, cache } = cachedScript();
    const rejected = await cache.getToken();
    source.failure = tokenError("ERR_TOKEN_NETWORK");
    for (let i = 0; i < 10; i++) {
      await expect(cache.getToken({}, { rejected })).rejects.toMatchObject({
        code: "ERR_TOKEN_NETWORK",
      });
      expect((await cache.getToken()).token).toBe(rejected.token);
    }
    expect(source.calls).toHaveLength(2);
  });

  it("drops the refused token if the authorization server refuses the user", async () => {
    const { source, cache } = cachedScript();
    const rejected = await cache.getToken();
    source.failNext(tokenError("ERR_TOKEN_OAUTH", { status: 400, oauthError: "invalid_grant" }));
    await expect(cache.getToken({}, { rejected })).rejects.toMatchObject({ status: 400 });
    expect(cache.peek()).toBeUndefined();
  });

  it("forgets that a token was refused upon clear", async () => {
    const { source, cache } = cachedScript();
    const rejected = await cache.getToken();
    source.ignoresRejected = true;
    await expect(cache.getToken({}, { rejected })).rejects.toMatchObject(REJECTED);
    cache.clear();
    expect((await cache.getToken()).token).toBe("token-2");
  });

  it("refuses a rejected token that is none, and a server without a token that it refused", async () => {
    const { cache } = cachedScript();
    const rejectedBy = "https://bad.example/mcp";
    await expect(cache.getToken({}, { rejectedBy })).rejects.toThrow(/"rejectedBy"/);
    for (const rejected of ["token", null, {}] as unknown as AccessToken[]) {
      await expect(cache.getToken({}, { rejected })).rejects.toThrow(/"rejected"/);
    }
  });
});

describe("cachingTokenSource: a server that always says 401", () => {
  /** A tool call as clients make it: one retry after a 401. Returns whether it got as far as a second 401. */
  async function toolCall({ cache }: CachedScript, times: 1 | 2): Promise<void> {
    const token = await cache.getToken();
    const again = await cache.getToken({}, { rejected: token });
    if (times === 2) await cache.getToken({}, { rejected: again });
  }

  for (const ignoresRejected of [false, true]) {
    for (const times of [1, 2] as const) {
      it(`is asked once per interval (source ignores: ${ignoresRejected}, ${times} named)`, async () => {
        const script = cachedScript();
        script.source.ignoresRejected = ignoresRejected;
        for (let i = 0; i < 100; i++) {
          await toolCall(script, times).catch(() => {});
          script.clock.advance(1_000);
        }
        // The first call may fetch a token and its replacement; from then on each interval has one request.
        expect(script.source.calls.length).toBeLessThanOrEqual(2 + (100 * 1_000) / INTERVAL_MS);
        expect(script.source.calls.length).toBeGreaterThan(10);
      });
    }
  }

  it("is asked once for a hundred tool calls at one moment", async () => {
    const script = cachedScript();
    await script.cache.getToken();
    await Promise.allSettled(Array.from({ length: 100 }, () => toolCall(script, 2)));
    for (let i = 0; i < 100; i++) await toolCall(script, 2).catch(() => {});
    expect(script.source.calls).toHaveLength(2);
  });

  it("is forgiven once it takes a token again", async () => {
    const script = cachedScript();
    const { clock, cache, source } = script;
    for (let i = 0; i < 20; i++) {
      await toolCall(script, 2).catch(() => {});
      clock.advance(1_000);
    }
    clock.advance(INTERVAL_MS);
    const good = await cache.getToken();
    clock.advance(INTERVAL_MS);
    const requests = source.calls.length;
    expect(await cache.getToken({}, { rejected: good })).not.toBe(good);
    expect(source.calls).toHaveLength(requests + 1);
  });
});
