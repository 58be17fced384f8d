import { type CachingTokenSourceOptions, cachingTokenSource } from "@agent-oauth/core";
import { createFakeClock, createScriptedSource } from "@agent-oauth/core/testing";
import type { Attributes, HrTime } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { onTestFinished } from "vitest";
import { createTokenTelemetry } from "./create-token-telemetry.ts";
import type { TokenTelemetryOptions } from "./telemetry-options.ts";

/** OpenTelemetry's SDK, its exports kept in memory; it ends with the test. */
export function openSdk() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  // Collects only when it is told to, within a test's time.
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const spanExporter = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor({ exporter: spanExporter });
  const tracerProvider = new TracerProvider({ spanProcessors: [processor] });
  onTestFinished(async () => {
    await Promise.all([meterProvider.shutdown(), tracerProvider.shutdown()]);
  });
  const collect = async (): Promise<readonly MetricData[]> => {
    exporter.reset();
    await meterProvider.forceFlush();
    return exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics[0]?.metrics ?? []);
  };
  return {
    providers: { meterProvider, tracerProvider },
    tracer: tracerProvider.getTracer("test"),
    collect,
    /** The values of one metric, with their attributes. */
    async values(name: string): Promise<readonly [Attributes, unknown][]> {
      const metric = (await collect()).find(({ descriptor }) => descriptor.name === name);
      return metric?.dataPoints.map(({ attributes, value }) => [attributes, value]) ?? [];
    },
    /** The spans that ended, oldest first. */
    spans: () => spanExporter.getFinishedSpans(),
  };
}

/** A cache over a scripted source, on a clock of its own, with telemetry. Tokens last an hour. */
export function openCache(
  options: TokenTelemetryOptions & { readonly cache?: CachingTokenSourceOptions } = {},
) {
  const { cache: cacheOptions, ...telemetryOptions } = options;
  const sdk = openSdk();
  const clock = createFakeClock();
  const source = createScriptedSource({ clock, lifetimeMs: 3_600_000 });
  const telemetry = createTokenTelemetry({ ...sdk.providers, clock, ...telemetryOptions });
  const { onEvent } = telemetry;
  const cache = cachingTokenSource(source, { clock, random: () => 0.5, onEvent, ...cacheOptions });
  return { ...sdk, clock, source, telemetry, cache };
}

/** When a token of {@link openCache} has become stale: four fifths of an hour less its buffer. */
export const SOFT_MS = 2_856_000;

/** Resolves when everything that can run now has run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Epoch milliseconds. */
export function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
