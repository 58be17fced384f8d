import { inspect } from "node:util";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it } from "vitest";
import { redactedCause } from "../errors/error-cause.ts";
import type { TokenEvent } from "../events/token-event.ts";
import { fromTokenProvider } from "../sources/from-token-provider.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { createAccessToken } from "../token/access-token.ts";
import {
  cachedScript,
  HARD_MS,
  SOFT_MS,
  settled,
  tokenError,
} from "./cached-script.test-support.ts";
import { cachingTokenSource } from "./caching-token-source.ts";

const SUBJECT = unsignedJwt({ sub: "s3ntinel-subject" });
const REQUEST = { subjectToken: `Bearer ${SUBJECT}`, principal: "alice", tenant: "t" };

/** Every way in which a value gets into a log. */
function shown(value: unknown): string {
  const forms = [
    inspect(value, { depth: null, showHidden: true }),
    inspect(value, { depth: null, showHidden: true, customInspect: false }),
    JSON.stringify(value),
    String(value),
  ];
  for (let error = value; error instanceof Error; error = error.cause) {
    forms.push(error.message, String(error.stack), JSON.stringify(error));
  }
  return forms.join("\n");
}

function expectNoSecret(value: unknown): void {
  const text = shown(value);
  expect(text).not.toContain("s3ntinel");
  expect(text).not.toContain(SUBJECT);
  expect(text).not.toContain(SUBJECT.split(".")[1]);
}

/** An error as HTTP clients throw it: it quotes what it sent and read. */
function quotingError(): Error {
  const cause = Object.assign(new Error(`body: {"access_token":"s3ntinel-body"}`), {
    response: { body: "s3ntinel-body" },
  });
  return Object.assign(new Error(`POST assertion=${SUBJECT} failed: s3ntinel-message`, { cause }), {
    code: "ECONNRESET",
    config: { headers: { authorization: "Basic s3ntinel" } },
  });
}

describe("cachingTokenSource: secrets", () => {
  it("keeps tokens and subjects out of every event, the stats and the explained key", async () => {
    const { clock, source, cache, events } = cachedScript({ maxSubjectEntries: 1 });
    source.answerNext("s3ntinel-1", "s3ntinel-2", "s3ntinel-3");
    source.answerNext({ token: "s3ntinel-4", expiresAt: Number.NaN }, "s3ntinel-5");
    const rejected = await cache.getToken(REQUEST, { minValidityMs: HARD_MS * 2 });
    await cache.getToken(REQUEST);
    const next = await cache.getToken(REQUEST, { rejected });
    await cache.getToken(REQUEST, { rejected: next }).catch(expectNoSecret);
    clock.advance(HARD_MS);
    await cache.getToken(REQUEST);
    clock.advance(SOFT_MS);
    await cache.getToken(REQUEST);
    source.failNext(quotingError());
    await settled();
    await cache.getToken({ ...REQUEST, tenant: "u" }).catch(() => {});
    source.lifetimeMs = HARD_MS * 100;
    await cache.getToken({ subjectToken: "other" }).catch(() => {});
    await settled();
    const types = new Set(events.map(({ type }) => type));
    expect([...types]).toEqual(
      expect.arrayContaining([
        "hit",
        "miss",
        "stale",
        "rejected",
        "short-lived",
        "lifetime-skipped",
      ]),
    );
    expectNoSecret(events);
    expectNoSecret(cache.stats());
    expectNoSecret(cache.explainKey(REQUEST));
  });

  it("shows nothing of what it holds when it is inspected", async () => {
    const { source, cache } = cachedScript();
    source.answerNext("s3ntinel-1");
    const bound = cache.bind(REQUEST);
    await bound.getToken();
    expectNoSecret(await bound.getToken());
    expectNoSecret(cache);
    expectNoSecret(bound);
  });

  it("keeps them out of its own errors", async () => {
    const { clock, source, cache } = cachedScript();
    source.answerNext("s3ntinel-1");
    const rejected = await cache.getToken(REQUEST);
    source.ignoresRejected = true;
    const errors: unknown[] = [];
    const caught = (error: unknown) => void errors.push(error);
    await cache.getToken(REQUEST, { rejected }).catch(caught);
    await cache.getToken(REQUEST, { rejected }).catch(caught);
    clock.advance(10_000);
    const cause = redactedCause(quotingError());
    source.failNext(tokenError("ERR_TOKEN_NETWORK", { cause, retryAfterMs: 5_000 }));
    await cache.getToken({ ...REQUEST, scope: ["x"] }).catch(caught);
    await cache.getToken({ ...REQUEST, scope: ["x"] }).catch(caught);
    await cache.getToken({ ...REQUEST, tenant: " " }).catch(caught);
    await cache.getToken(REQUEST, { minValidityMs: "s3ntinel" as unknown as number }).catch(caught);
    cache.close();
    await cache.getToken(REQUEST).catch(caught);
    expect(errors).toHaveLength(7);
    for (const error of errors) expectNoSecret(error);
  });

  it("keeps a provider's error out, whatever it quotes", async () => {
    const clock = createFakeClock();
    const quoting: unknown[] = [
      quotingError(),
      new TypeError('Headers.append: "Bearer s3ntinel" is an invalid header value'),
      Object.assign(new Error("s3ntinel"), { syscall: "connect", code: "ECONNREFUSED" }),
      Object.assign(new Error("s3ntinel"), { name: "s3ntinel is no name" }),
      new AggregateError([new Error("s3ntinel")], "s3ntinel"),
      "s3ntinel",
      { message: "s3ntinel" },
    ];
    for (const error of quoting) {
      const events: TokenEvent[] = [];
      const cache = cachingTokenSource(
        fromTokenProvider(() => Promise.reject(error), { clock }),
        { clock, onEvent: (event) => events.push(event) },
      );
      const caught = await cache.getToken(REQUEST).catch((reason: unknown) => reason);
      expect(caught).toMatchObject({ code: "ERR_TOKEN_PROVIDER" });
      expectNoSecret(caught);
      expectNoSecret(events);
    }
  });
});

describe("createAccessToken: secrets", () => {
  it("shows a fingerprint in the token's place, however it is copied", () => {
    const token = createAccessToken({ token: "s3ntinel", scope: ["a"], expiresAt: 1 });
    for (const copy of [token, { ...token }, structuredClone(token), Object.assign({}, token)]) {
      expectNoSecret(copy);
      expect(copy).toMatchObject({ fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/) });
    }
    expectNoSecret([token]);
    expectNoSecret(new Map([[token, token]]));
    expect({ ...token }).not.toHaveProperty("token");
    expect(structuredClone(token).token).toBeUndefined();
  });
});
