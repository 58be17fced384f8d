import type { TokenEventSink } from "@agent-oauth/core";
import { CacheGauges, type ObservedCache } from "./cache-gauges.ts";
import { EventAttributes } from "./event-attributes.ts";
import { type TokenTelemetryOptions, telemetrySettings } from "./telemetry-options.ts";
import { TokenMetrics } from "./token-metrics.ts";
import { TokenRequestSpans } from "./token-request-spans.ts";

/** Makes metrics and spans of the events of a source, a cache or a flow. */
export interface TokenTelemetry {
  /** The event sink: pass it as `onEvent`, or call it from a sink of your own. It never throws. */
  readonly onEvent: TokenEventSink;
  /**
   * Reports how many tokens a cache holds, whenever metrics are collected, until the returned function is called. Several
   * caches are added up.
   *
   * @throws TypeError if it is not a caching token source.
   */
  observe(cache: ObservedCache): () => void;
  /** Ends the spans of requests that have not ended, and the reports of all caches. Later events are ignored. */
  close(): void;
}

/**
 * Makes telemetry for one source, cache or flow. It registers nothing globally and starts no export: the OpenTelemetry SDK
 * does. Start the SDK first if its global providers are to be used.
 *
 * @example
 * ```ts
 * const telemetry = createTokenTelemetry({ name: "orders" });
 * const tokens = cachingTokenSource(source, { onEvent: telemetry.onEvent });
 * telemetry.observe(tokens);
 * ```
 * @throws TypeError | RangeError naming the option that is unknown, of a wrong type or out of range.
 */
export function createTokenTelemetry(options: TokenTelemetryOptions = {}): TokenTelemetry {
  const { name, clock, maxOpenSpans, ...settings } = telemetrySettings(options);
  const meter = settings.meterProvider.getMeter(SCOPE);
  const tracer = settings.tracerProvider.getTracer(SCOPE);
  const ofMetrics = new EventAttributes(name, settings.metricAttributes);
  const ofSpans = new EventAttributes(name, settings.spanAttributes);
  const metrics = new TokenMetrics(meter, ofMetrics);
  const spans = new TokenRequestSpans(tracer, ofSpans, { maxOpen: maxOpenSpans });
  const gauges = new CacheGauges(meter, ofMetrics.fixed);
  let closed = false;
  return {
    onEvent(event) {
      if (closed) return;
      try {
        metrics.count(event, spans.follow(event));
      } catch {
        // A span processor that throws must not cost the token that is told of.
      }
    },
    observe: (cache) => gauges.observe(cache),
    close() {
      closed = true;
      spans.endAll(clock.now());
      gauges.close();
    },
  };
}

/** The instrumentation scope. */
const SCOPE = "@agent-oauth/otel";
