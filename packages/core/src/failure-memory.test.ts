import { describe, expect, it } from "vitest";
import type { CacheKey } from "./cache-key.ts";
import { cacheSettings } from "./cache-options.ts";
import { tokenError } from "./cached-script.test-support.ts";
import { type FailedRequest, FailureMemory } from "./failure-memory.ts";

const REFUSAL = tokenError("ERR_TOKEN_OAUTH", { status: 400 });
const TROUBLE = tokenError("ERR_TOKEN_HTTP", { status: 503 });

function memory() {
  return new FailureMemory(cacheSettings({ random: () => 0.999_999, failureLifetimeMs: 5_000 }));
}

function keyOf(subject: string): CacheKey {
  return { subject, principal: undefined, shape: "----" };
}

function request(subject: string, rest: Partial<FailedRequest> = {}): FailedRequest {
  return { key: keyOf(subject), tenant: undefined, sentAt: 0, now: 0, ...rest };
}

/** What a caller hears whose token a server refused. */
function refusedAt(failures: FailureMemory, subject: string, now: number) {
  failures.refused(keyOf(subject), now);
  return failures.recall(request(subject, { now }));
}

describe("FailureMemory", () => {
  it("recalls a refusal until its lifetime is over", () => {
    const failures = memory();
    failures.failed(REFUSAL, request("a", { now: 100 }));
    expect(failures.recall(request("a", { now: 5_099 }))).toBe(REFUSAL);
    expect(failures.recall(request("a", { now: 5_100 }))).toBeUndefined();
    expect(failures.recall(request("b", { now: 100 }))).toBeUndefined();
  });

  it("holds back by what an error says of itself, whatever its code", () => {
    const failures = memory();
    failures.failed(tokenError("ERR_TOKEN_PROVIDER", { retryable: true }), request("a"));
    expect(failures.recall(request("b", { now: 249 }))).toMatchObject({
      code: "ERR_TOKEN_PROVIDER",
      retryable: true,
    });
    expect(failures.recall(request("b", { now: 250 }))).toBeUndefined();
  });

  it("forgets the oldest of 1,025 refusals", () => {
    const failures = memory();
    for (let i = 0; i < 1_025; i++) failures.failed(REFUSAL, request(`${i}`));
    expect(failures.recall(request("0"))).toBeUndefined();
    expect(failures.recall(request("1"))).toBe(REFUSAL);
    expect(failures.recall(request("1024"))).toBe(REFUSAL);
  });

  it("forgets the oldest of 1,025 tenants that are held back from", () => {
    const failures = memory();
    for (let i = 0; i < 1_025; i++) failures.failed(TROUBLE, request("a", { tenant: `${i}` }));
    expect(failures.recall(request("a", { tenant: "0" }))).toBeUndefined();
    expect(failures.recall(request("a", { tenant: "1" }))).toBeDefined();
  });

  it("forgets the oldest of 1,025 replacements", () => {
    const failures = memory();
    for (let i = 0; i < 1_025; i++) failures.received(keyOf(`${i}`), { replaces: true, now: 0 });
    expect(refusedAt(failures, "0", 1)).toBeUndefined();
    expect(refusedAt(failures, "1", 1)).toMatchObject({ code: "ERR_TOKEN_REJECTED" });
  });

  it("counts a refusal that comes again as the youngest", () => {
    const failures = memory();
    failures.failed(REFUSAL, request("old"));
    for (let i = 0; i < 1_023; i++) failures.failed(REFUSAL, request(`${i}`));
    failures.failed(REFUSAL, request("old"));
    failures.failed(REFUSAL, request("new"));
    expect(failures.recall(request("old"))).toBe(REFUSAL);
  });

  it("asks again after an hour, whatever Retry-After says", () => {
    const failures = memory();
    const never = tokenError("ERR_TOKEN_HTTP", { status: 429, retryAfterMs: 1e15 });
    failures.failed(never, request("a"));
    expect(failures.recall(request("a", { now: 3_599_999 }))).toMatchObject({ retryAfterMs: 1 });
    expect(failures.recall(request("a", { now: 3_600_000 }))).toBeUndefined();
  });

  it("takes a longer Retry-After of a request that was on its way", () => {
    const failures = memory();
    failures.failed(TROUBLE, request("a"));
    const slower = tokenError("ERR_TOKEN_HTTP", { status: 429, retryAfterMs: 10_000 });
    failures.failed(slower, request("b", { sentAt: 0, now: 100 }));
    expect(failures.recall(request("c", { now: 10_099 }))).toMatchObject({ retryAfterMs: 1 });
    expect(failures.recall(request("c", { now: 10_100 }))).toBeUndefined();
  });

  it("takes no shorter one", () => {
    const failures = memory();
    failures.failed(
      tokenError("ERR_TOKEN_HTTP", { status: 429, retryAfterMs: 9_000 }),
      request("a"),
    );
    failures.failed(TROUBLE, request("b", { sentAt: 0, now: 100 }));
    expect(failures.recall(request("c", { now: 8_999 }))).toBeDefined();
  });

  it("says how often requests failed in a row", () => {
    const failures = memory();
    failures.failed(TROUBLE, request("a"));
    expect(failures.recall(request("a"))?.message).toMatch(/for 250 ms after 1 failed request in/);
    failures.failed(TROUBLE, request("a", { sentAt: 250, now: 250 }));
    expect(failures.recall(request("a", { now: 250 }))?.message).toMatch(
      /for 500 ms after 2 failed requests in/,
    );
  });

  it("forgets refusals and replacements by key, and all of it when cleared", () => {
    const failures = memory();
    for (const subject of ["a", "b"]) {
      failures.received(keyOf(subject), { replaces: true, now: 0 });
      failures.failed(REFUSAL, request(subject));
    }
    failures.forgetWhere(({ subject }) => subject === "a");
    expect(failures.recall(request("a"))).toBeUndefined();
    expect(refusedAt(failures, "a", 1)).toBeUndefined();
    expect(failures.recall(request("b"))).toBe(REFUSAL);
    failures.failed(TROUBLE, request("b"));
    failures.clear();
    expect(failures.recall(request("b"))).toBeUndefined();
    expect(refusedAt(failures, "b", 1)).toBeUndefined();
  });

  it("counts the first token after a time of refusal as a replacement, and none after it", () => {
    const failures = memory();
    const rejected = tokenError("ERR_TOKEN_REJECTED");
    failures.failed(rejected, request("a"));
    failures.received(keyOf("a"), { replaces: false, now: 5_000 });
    expect(failures.recall(request("a", { now: 5_000 }))).toBeUndefined();
    expect(refusedAt(failures, "a", 10_000)).toBeUndefined();
    failures.received(keyOf("a"), { replaces: false, now: 20_000 });
    expect(refusedAt(failures, "a", 20_001)).toBeUndefined();
  });

  it("does not count a token after any other refusal as one", () => {
    const failures = memory();
    failures.failed(REFUSAL, request("a"));
    failures.received(keyOf("a"), { replaces: false, now: 5_000 });
    expect(refusedAt(failures, "a", 5_001)).toBeUndefined();
  });
});
