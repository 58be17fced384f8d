import { inspect } from "node:util";
import { TokenError } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { EVENT_FIELDS } from "./event-attributes.ts";
import { openCache, SOFT_MS, settled } from "./telemetry.test-support.ts";

const SENTINEL = "s3ntinel";

const REQUEST = {
  subjectToken: `${SENTINEL}-subject`,
  principal: `${SENTINEL}-principal`,
  scope: [`${SENTINEL}-scope`],
  audience: ["orders"],
  resource: [
    `https://user:${SENTINEL}@orders.example/mcp?key=${SENTINEL}`,
    `https://${SENTINEL}@orders.example?${SENTINEL}`,
    `urn:orders?=${SENTINEL}`,
  ],
};

describe("createTokenTelemetry: secrets", () => {
  it.each([
    ["by default", {}],
    ["with every field", { metricAttributes: EVENT_FIELDS, spanAttributes: EVENT_FIELDS }],
  ])("exports no token, no user and nothing an error says, %s", async (_, options) => {
    const opened = openCache({ ...options, cache: { maxSubjectEntries: 1 } });
    const { cache, clock, source, telemetry } = opened;
    telemetry.observe(cache);
    const tokens = [1, 2, 3].map((number) => `${SENTINEL}-token-${number}`);
    source.answerNext(...tokens);
    await cache.getToken(REQUEST);
    clock.advance(SOFT_MS);
    await cache.getToken(REQUEST);
    await settled();
    clock.advance(10_000);
    await cache.getToken(REQUEST, { rejected: await cache.getToken(REQUEST) });
    const cause = new Error(`${SENTINEL}-cause`);
    source.failNext(new TokenError("ERR_TOKEN_OAUTH", `${SENTINEL}-message`, { cause }), cause);
    await cache.getToken({ ...REQUEST, tenant: "acme" }).catch(() => {});
    await cache.getToken({ ...REQUEST, tenant: "other" }).catch(() => {});
    await cache.getToken({ ...REQUEST, principal: `${SENTINEL}-another` });
    const fingerprints = new Set<string>();
    for (const subjectToken of [REQUEST.subjectToken, ...tokens]) {
      const { subject } = cache.explainKey({ subjectToken });
      fingerprints.add(subject?.slice("sha256:".length) ?? "");
    }

    const metrics = await opened.collect();
    expect(metrics.map(({ descriptor }) => descriptor.name).sort()).toEqual([
      "agent_oauth.cache.entry.count",
      "agent_oauth.cache.lookups",
      "agent_oauth.events",
      "agent_oauth.token.request.active",
      "agent_oauth.token.request.duration",
      "agent_oauth.token.request.failures",
      "agent_oauth.token.requests",
    ]);
    expect(opened.spans()).toHaveLength(6);
    const shown = inspect(
      [metrics, opened.spans().map((span) => ({ ...span, parent: span.parentSpanContext }))],
      { depth: null, showHidden: true, maxArrayLength: null, maxStringLength: null },
    );
    // There is something to be searched.
    for (const word of ["https://orders.example/mcp", "urn:orders", "ERR_TOKEN_OAUTH", "evicted"])
      expect(shown).toContain(word);
    expect(shown).not.toContain(SENTINEL);
    expect(fingerprints.size).toBe(4);
    for (const fingerprint of fingerprints) expect(shown).not.toContain(fingerprint);
    if (!("spanAttributes" in options)) expect(shown).not.toContain("acme");
  });
});
