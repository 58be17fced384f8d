import { TokenError } from "@agent-oauth/core";
import { DataPointType } from "@opentelemetry/sdk-metrics";
import { describe, expect, it } from "vitest";
import { openCache, SOFT_MS, settled } from "./telemetry.test-support.ts";

const LOOKUPS = "agent_oauth.cache.lookups";
const REQUESTS = "agent_oauth.token.requests";
const FAILURES = "agent_oauth.token.request.failures";
const DURATION = "agent_oauth.token.request.duration";
const EVENTS = "agent_oauth.events";

const result = (name: string) => ({ "agent_oauth.cache.result": name });
const reason = (name: string) => ({ "agent_oauth.request.reason": name });

describe("createTokenTelemetry: metrics", () => {
  it("counts hits, stale hits and misses, and requests by why they were made", async () => {
    const { cache, clock, values } = openCache();
    await cache.getToken();
    await cache.getToken();
    await cache.bind().getToken();
    clock.advance(SOFT_MS);
    const rejected = await cache.getToken();
    await settled();
    await cache.getToken();
    clock.advance(10_000);
    await cache.getToken(undefined, { rejected: await cache.getToken() });
    expect(rejected.token).toBe("token-1");
    expect(await values(LOOKUPS)).toEqual([
      [result("miss"), 2],
      [result("hit"), 4],
      [result("stale"), 1],
    ]);
    expect(await values(REQUESTS)).toEqual([
      [reason("miss"), 1],
      [reason("stale"), 1],
      [reason("rejected"), 1],
    ]);
    expect(await values(FAILURES)).toEqual([]);
    expect(await values(EVENTS)).toEqual([[{ "agent_oauth.event.type": "rejected" }, 1]]);
  });

  it("counts one request for a thousand callers at a time", async () => {
    const { cache, values } = openCache();
    await Promise.all(Array.from({ length: 1_000 }, () => cache.getToken()));
    expect(await values(REQUESTS)).toEqual([[reason("miss"), 1]]);
    expect(await values(LOOKUPS)).toEqual([[result("miss"), 1_000]]);
  });

  it("counts failures by code, and a failed refresh besides", async () => {
    const { cache, clock, source, values } = openCache();
    source.failNext(new TokenError("ERR_TOKEN_OAUTH", "Cannot get a token: no"), new Error("odd"));
    await cache.getToken().catch(() => {});
    clock.advance(10_000);
    await cache.getToken().catch(() => {});
    clock.advance(10_000);
    await cache.getToken();
    clock.advance(SOFT_MS);
    source.failNext(new TokenError("ERR_TOKEN_TIMEOUT", "Cannot get a token: slow"));
    await cache.getToken();
    await settled();
    expect(await values(FAILURES)).toEqual([
      [{ ...reason("miss"), "error.type": "ERR_TOKEN_OAUTH" }, 1],
      [{ ...reason("miss"), "error.type": "ERR_TOKEN_PROVIDER" }, 1],
      [{ ...reason("stale"), "error.type": "ERR_TOKEN_TIMEOUT" }, 1],
    ]);
    expect(await values(EVENTS)).toEqual([
      [{ "agent_oauth.event.type": "refresh-failed", "error.type": "ERR_TOKEN_TIMEOUT" }, 1],
    ]);
  });

  it("measures token requests in seconds, in the buckets of the conventions", async () => {
    const { cache, clock, source, collect } = openCache();
    source.hold();
    const tokens = [cache.getToken(), cache.getToken({ scope: ["other"] })];
    await settled();
    clock.advance(80);
    source.releaseOne();
    await tokens[0];
    clock.advance(20_000);
    source.release();
    await tokens[1];
    const duration = (await collect()).find(({ descriptor }) => descriptor.name === DURATION);
    if (duration?.dataPointType !== DataPointType.HISTOGRAM) throw new Error("no histogram");
    expect(duration.descriptor).toMatchObject({ unit: "s" });
    const [point] = duration.dataPoints;
    expect(point?.attributes).toEqual(reason("miss"));
    expect(point?.value).toMatchObject({ count: 2, min: 0.08, max: 20.08 });
    expect(point?.value.buckets).toEqual({
      boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
      counts: [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    });
  });

  it("counts every other event by its type", async () => {
    const { cache, telemetry, values } = openCache({ cache: { maxEntries: 1 } });
    await cache.getToken();
    await cache.getToken({ scope: ["other"] });
    telemetry.onEvent({ type: "tenant-dropped", identity: "i", at: 0, tenant: "acme" });
    telemetry.onEvent({ type: "audience-mismatch", identity: "i", at: 0 });
    telemetry.onEvent({ type: "audience-mismatch", identity: "i", at: 0 });
    expect(await values(EVENTS)).toEqual([
      [{ "agent_oauth.event.type": "evicted" }, 1],
      [{ "agent_oauth.event.type": "tenant-dropped" }, 1],
      [{ "agent_oauth.event.type": "audience-mismatch" }, 2],
    ]);
  });

  it("names the source, and only that, unless told to say more", async () => {
    const { cache, values } = openCache({ name: "orders" });
    await cache.getToken({ audience: ["a"], resource: ["https://r.example/"], tenant: "acme" });
    const named = { "agent_oauth.source.name": "orders" };
    expect(await values(LOOKUPS)).toEqual([[{ ...named, ...result("miss") }, 1]]);
    expect(await values(REQUESTS)).toEqual([[{ ...named, ...reason("miss") }, 1]]);
  });

  it("says the chosen fields of the request, lists in one order", async () => {
    const { cache, values } = openCache({ metricAttributes: ["audience", "tenant", "identity"] });
    await cache.getToken({ audience: ["b", "a"], resource: ["https://r.example/"], tenant: "t" });
    await cache.getToken({ audience: ["a", "b"], resource: ["https://r.example/"], tenant: "t" });
    const chosen = {
      "agent_oauth.audience": ["a", "b"],
      "agent_oauth.tenant": "t",
      "agent_oauth.identity": "scripted",
    };
    expect(await values(LOOKUPS)).toEqual([
      [{ ...chosen, ...result("miss") }, 1],
      [{ ...chosen, ...result("hit") }, 1],
    ]);
  });
});
