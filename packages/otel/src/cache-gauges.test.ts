import { cachingTokenSource } from "@agent-oauth/core";
import { createScriptedSource } from "@agent-oauth/core/testing";
import { describe, expect, it, vi } from "vitest";
import { createTokenTelemetry } from "./create-token-telemetry.ts";
import { openCache, settled } from "./telemetry.test-support.ts";

const ENTRIES = "agent_oauth.cache.entry.count";
const ACTIVE = "agent_oauth.token.request.active";

const partition = (name: string) => ({ "agent_oauth.cache.partition": name });

describe("createTokenTelemetry: observe", () => {
  it("reports the tokens of several caches, added up, and their requests on the way", async () => {
    const { cache, clock, source, telemetry, values } = openCache();
    const other = cachingTokenSource(createScriptedSource({ clock }), { clock });
    telemetry.observe(cache);
    telemetry.observe(cache);
    telemetry.observe(other);
    expect(await values(ENTRIES)).toEqual([
      [partition("without_subject"), 0],
      [partition("with_subject"), 0],
    ]);
    await cache.getToken();
    await cache.getToken({ subjectToken: "alice" });
    await other.getToken({ subjectToken: "alice" });
    source.hold();
    const token = cache.getToken({ subjectToken: "bob" });
    await settled();
    expect(await values(ENTRIES)).toEqual([
      [partition("without_subject"), 1],
      [partition("with_subject"), 2],
    ]);
    expect(await values(ACTIVE)).toEqual([[{}, 1]]);
    source.release();
    await token;
    cache.evict({ subjectToken: "alice" });
    expect(await values(ENTRIES)).toEqual([
      [partition("without_subject"), 1],
      [partition("with_subject"), 2],
    ]);
    expect(await values(ACTIVE)).toEqual([[{}, 0]]);
  });

  it("keeps sources of different names apart", async () => {
    const { cache, clock, providers, telemetry, values } = openCache({ name: "orders" });
    const other = createTokenTelemetry({ ...providers, clock, name: "tickets" });
    telemetry.observe(cache);
    other.observe(cachingTokenSource(createScriptedSource({ clock }), { clock }));
    await cache.getToken();
    const orders = { "agent_oauth.source.name": "orders" };
    const tickets = { "agent_oauth.source.name": "tickets" };
    expect(await values(ENTRIES)).toEqual([
      [{ ...orders, ...partition("without_subject") }, 1],
      [{ ...orders, ...partition("with_subject") }, 0],
      [{ ...tickets, ...partition("without_subject") }, 0],
      [{ ...tickets, ...partition("with_subject") }, 0],
    ]);
  });

  it("reports nothing without a cache, and 0 when the last one is not observed any more", async () => {
    const { cache, telemetry, values } = openCache();
    await cache.getToken();
    expect(await values(ENTRIES)).toEqual([]);
    const stop = telemetry.observe(cache);
    expect(await values(ENTRIES)).toContainEqual([partition("without_subject"), 1]);
    stop();
    expect(await values(ENTRIES)).toContainEqual([partition("without_subject"), 0]);
  });

  it("asks no cache any more once it is closed", async () => {
    const { cache, telemetry, collect } = openCache();
    const stats = vi.fn(() => cache.stats());
    telemetry.observe({ stats });
    await collect();
    telemetry.close();
    telemetry.observe({ stats });
    await collect();
    expect(stats).toHaveBeenCalledTimes(1);
  });

  it("refuses what is no cache", () => {
    const { source, telemetry } = openCache();
    for (const wrong of [source, undefined, {}]) {
      expect(() => telemetry.observe(wrong as never)).toThrow(
        new TypeError('Cannot observe a cache: "cache" must be a caching token source'),
      );
    }
  });
});
