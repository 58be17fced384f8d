import { cachingTokenSource, TokenError } from "@agent-oauth/core";
import { createScriptedSource } from "@agent-oauth/core/testing";
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { milliseconds, openCache, SOFT_MS, settled } from "./telemetry.test-support.ts";

const UNFINISHED = "agent_oauth.request.unfinished";

// As an application does: parents are found through the global context manager.
beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

describe("createTokenTelemetry: spans", () => {
  it("makes a client span of each token request, from its start to its end", async () => {
    const { cache, clock, source, spans } = openCache({ name: "orders" });
    source.hold();
    const began = clock.now();
    const token = cache.getToken({ audience: ["b", "a"], resource: ["https://r.example/mcp"] });
    await settled();
    clock.advance(250);
    expect(spans()).toEqual([]);
    source.release();
    await token;
    await cache.getToken({ audience: ["b", "a"], resource: ["https://r.example/mcp"] });
    const [span, ...others] = spans();
    expect(others).toEqual([]);
    expect(span).toMatchObject({
      name: "oauth token request",
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      instrumentationScope: { name: "@agent-oauth/otel" },
    });
    expect(span?.attributes).toEqual({
      "agent_oauth.source.name": "orders",
      "agent_oauth.request.reason": "miss",
      "agent_oauth.audience": ["a", "b"],
      "agent_oauth.resource": ["https://r.example/mcp"],
    });
    expect(milliseconds(span?.startTime ?? [0, 0])).toBe(began);
    expect(milliseconds(span?.endTime ?? [0, 0])).toBe(began + 250);
  });

  it("puts it below the span that is active where the request begins", async () => {
    const { cache, clock, source, spans, tracer } = openCache();
    const called = async (name: string) => {
      const parent = tracer.startSpan(name);
      await context.with(trace.setSpan(context.active(), parent), () => cache.getToken());
      parent.end();
      return parent.spanContext();
    };
    source.hold();
    const both = Promise.all([called("first"), called("second")]);
    await settled();
    source.release();
    const [first] = await both;
    clock.advance(SOFT_MS);
    const third = await called("third");
    await settled();
    const requests = spans().filter(({ kind }) => kind === SpanKind.CLIENT);
    expect(requests.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
      first.spanId,
      third.spanId,
    ]);
    expect(requests[0]?.spanContext().traceId).toBe(first.traceId);
  });

  it("is an error with the code, and nothing more, if the request failed", async () => {
    const { cache, source, spans } = openCache();
    source.failNext(new TokenError("ERR_TOKEN_NETWORK", "Cannot get a token: s3ntinel"));
    await cache.getToken().catch(() => {});
    const [span] = spans();
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: "ERR_TOKEN_NETWORK" });
    expect(span?.attributes).toMatchObject({ "error.type": "ERR_TOKEN_NETWORK" });
    expect(span?.events).toEqual([]);
  });

  it("takes the length from the monotonic clock when the wall clock is put back", async () => {
    const { cache, clock, source, spans } = openCache();
    source.hold();
    const token = cache.getToken();
    await settled();
    clock.advance(100);
    clock.step(-60_000);
    source.release();
    await token;
    expect(milliseconds(spans()[0]?.duration ?? [0, 0])).toBe(100);
  });

  it("finds the request again when the credential is rotated under way", async () => {
    const { cache, clock, source, spans, telemetry } = openCache();
    source.hold();
    const token = cache.getToken();
    await settled();
    clock.advance(100);
    source.identity = "rotated";
    source.release();
    await token;
    telemetry.close();
    expect(spans()).toHaveLength(1);
    expect(spans()[0]?.attributes).not.toHaveProperty(UNFINISHED);
  });

  it.each([
    ["of different identities, begun at once", { identity: "other", apartMs: 0 }],
    ["of the same identity, begun one after the other", { identity: "scripted", apartMs: 30 }],
  ])("keeps two sources apart %s", async (_, { identity, apartMs }) => {
    const { cache, clock, source, spans, telemetry } = openCache();
    const other = createScriptedSource({ clock, identity });
    const { onEvent } = telemetry;
    const otherCache = cachingTokenSource(other, { clock, onEvent });
    source.hold();
    other.hold();
    const token = cache.getToken({ audience: ["first"] });
    await settled();
    clock.advance(apartMs);
    const otherToken = otherCache.getToken({ audience: ["second"] });
    await settled();
    clock.advance(100);
    other.release();
    await otherToken;
    clock.advance(100);
    source.release();
    await token;
    expect(
      spans().map(({ attributes, duration }) => [
        attributes["agent_oauth.audience"],
        milliseconds(duration),
      ]),
    ).toEqual([
      [["second"], 100],
      [["first"], 200 + apartMs],
    ]);
  });

  it("ends those whose request never ends when it is closed, and then no others", async () => {
    const { cache, clock, source, spans, telemetry, values } = openCache();
    source.hold();
    const token = cache.getToken();
    await settled();
    clock.advance(5_000);
    telemetry.close();
    telemetry.close();
    const [span] = spans();
    expect(span?.attributes).toMatchObject({ [UNFINISHED]: true });
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    expect(milliseconds(span?.duration ?? [0, 0])).toBe(5_000);
    source.release();
    await token;
    await cache.getToken({ scope: ["other"] });
    expect(spans()).toHaveLength(1);
    expect(await values("agent_oauth.token.request.duration")).toEqual([]);
  });

  it("follows at most so many at a time, and ends the oldest for a newer one", async () => {
    const { cache, clock, source, spans, values } = openCache({ maxOpenSpans: 2 });
    source.hold();
    const tokens: Promise<unknown>[] = [];
    for (const audience of ["first", "second", "third"]) {
      tokens.push(cache.getToken({ audience: [audience] }));
      await settled();
      expect(spans()).toHaveLength(audience === "third" ? 1 : 0);
      clock.advance(10);
    }
    const [span] = spans();
    expect(span?.attributes).toMatchObject({
      "agent_oauth.audience": ["first"],
      [UNFINISHED]: true,
    });
    expect(milliseconds(span?.duration ?? [0, 0])).toBe(20);
    source.release();
    await Promise.all(tokens);
    expect(spans()).toHaveLength(3);
    const durations = await values("agent_oauth.token.request.duration");
    expect(durations).toMatchObject([
      [{}, { count: 1 }],
      [{ "agent_oauth.request.reason": "miss" }, { count: 2 }],
    ]);
    expect(durations[0]?.[0]).toEqual({});
  });

  it("counts among those only what has not ended", async () => {
    const { cache, clock, source, spans, telemetry } = openCache({ maxOpenSpans: 2 });
    const { onEvent } = telemetry;
    const otherCache = cachingTokenSource(createScriptedSource({ clock }), { clock, onEvent });
    source.hold();
    const token = cache.getToken();
    for (const audience of ["a", "b", "c"]) await otherCache.getToken({ audience: [audience] });
    source.release();
    await token;
    expect(spans()).toHaveLength(4);
    expect(spans().filter(({ attributes }) => UNFINISHED in attributes)).toEqual([]);
  });
});
