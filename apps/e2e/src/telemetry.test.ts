import { inspect } from "node:util";
import { createTokenTelemetry } from "@agent-oauth/otel";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { describe, expect, it, onTestFinished } from "vitest";
import { atOnce, openAgent, rejection } from "./agent.test-support.ts";
import { partsOfJwt } from "./secret-traces.test-support.ts";

/** An agent whose flow tells OpenTelemetry of its work. */
async function openObservedAgent() {
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
  });
  const exported = new InMemorySpanExporter();
  const meterProvider = new MeterProvider({ readers: [reader] });
  const tracerProvider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter: exported })],
  });
  onTestFinished(() => meterProvider.shutdown());
  const telemetry = createTokenTelemetry({ name: "agent", meterProvider, tracerProvider });
  const agent = await openAgent({ flow: { onEvent: telemetry.onEvent } });
  telemetry.observe(agent.flow.systemTokens);
  telemetry.observe(agent.flow.userTokens);
  return {
    ...agent,
    telemetry,
    async collect() {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
    },
    spans: () => exported.getFinishedSpans(),
  };
}

type Metrics = Awaited<ReturnType<Awaited<ReturnType<typeof openObservedAgent>>["collect"]>>;

/** The values of a metric by that of one attribute. */
function valuesBy(metrics: Metrics, name: string, attribute: string) {
  const points = metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
  return Object.fromEntries(points.map(({ attributes, value }) => [attributes[attribute], value]));
}

describe("telemetry of an agent in the customer flow", () => {
  it("agrees with what the token endpoint has seen, and shows no token and no user", async () => {
    const agent = await openObservedAgent();
    const users = await atOnce(2, (index) => agent.signIn(`user-${index}`));
    await agent.client.getSystemAuth();
    await atOnce(40, (index) => agent.whoami("orders", users[index % 2] ?? ""));
    agent.mock.controls.revoke({ subject: "user-0" });
    await atOnce(20, () => agent.whoami("orders", users[0] ?? ""));
    agent.mock.controls.failNext({ status: 400 }, { route: "token" });
    await rejection(agent.client.getUserAuth(await agent.signIn("user-2")));

    const metrics = await agent.collect();
    const why = "agent_oauth.request.reason";
    expect(valuesBy(metrics, "agent_oauth.token.requests", why)).toEqual({ miss: 4, rejected: 1 });
    expect(agent.tokenRequests()).toBe(5);
    expect(valuesBy(metrics, "agent_oauth.token.request.failures", why)).toEqual({ miss: 1 });
    const stats = [agent.flow.systemTokens.stats(), agent.flow.userTokens.stats()];
    const lookups = valuesBy(metrics, "agent_oauth.cache.lookups", "agent_oauth.cache.result");
    expect(lookups).toEqual({
      hit: stats.reduce((sum, { hits }) => sum + hits, 0),
      miss: stats.reduce((sum, { misses }) => sum + misses, 0),
    });
    const partition = "agent_oauth.cache.partition";
    expect(valuesBy(metrics, "agent_oauth.cache.entry.count", partition)).toEqual({
      without_subject: 1,
      with_subject: 2,
    });
    expect(agent.spans()).toHaveLength(5);

    const shown = inspect([metrics, agent.spans()], {
      depth: null,
      maxArrayLength: null,
      maxStringLength: null,
    });
    expect(shown).toContain("ERR_TOKEN_OAUTH");
    const tokens = await Promise.all(users.map((user) => agent.client.getUserAuth(user)));
    const secrets = [...users, ...tokens.map(({ token }) => token)].flatMap(partsOfJwt);
    const told = [...secrets, "user-0", ...tokens.map(({ fingerprint }) => fingerprint ?? "?")];
    expect(told.filter((secret) => shown.includes(secret))).toEqual([]);
  });

  it("has one finished span for the request during which the certificate is rotated", async () => {
    const agent = await openObservedAgent();
    const hold = agent.mock.controls.hold({ route: "token" });
    const underWay = agent.client.getSystemAuth();
    await hold.arrived(1);
    const { identity } = agent.flow.systemTokens;
    await agent.writeCredentials(await agent.mock.issueClientCertificate());
    await agent.flow.reloadCredentials();
    expect(agent.flow.systemTokens.identity).not.toBe(identity);
    hold.release();
    await underWay;
    agent.telemetry.close();
    expect(agent.tokenRequests()).toBe(1);
    expect(agent.spans().map(({ attributes }) => attributes)).toEqual([
      { "agent_oauth.source.name": "agent", "agent_oauth.request.reason": "miss" },
    ]);
  });
});
