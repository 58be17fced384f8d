import type { CachingTokenSource } from "@agent-oauth/core";
import type { Attributes, BatchObservableResult, Meter, Observable } from "@opentelemetry/api";

/** The part of a caching token source that telemetry reads. */
export type ObservedCache = Pick<CachingTokenSource, "stats">;

/** Reports how many tokens all observed caches hold, whenever metrics are collected. */
export class CacheGauges {
  readonly #meter: Meter;
  readonly #attributes: Attributes;
  readonly #caches = new Set<ObservedCache>();
  #wasAsked = false;
  readonly #entries: Observable;
  readonly #active: Observable;

  constructor(meter: Meter, attributes: Attributes) {
    this.#meter = meter;
    this.#attributes = attributes;
    // A sum over caches and processes is an up-down counter for OpenTelemetry, and a gauge for Prometheus.
    this.#entries = meter.createObservableUpDownCounter("agent_oauth.cache.entry.count", {
      description: "Tokens that caches hold.",
      unit: "{token}",
    });
    this.#active = meter.createObservableUpDownCounter("agent_oauth.token.request.active", {
      description: "Token requests in flight.",
      unit: "{request}",
    });
    meter.addBatchObservableCallback(this.#report, [this.#entries, this.#active]);
  }

  /** Reports this cache too, until the returned function is called. */
  observe(cache: ObservedCache): () => void {
    if (typeof cache?.stats !== "function") {
      throw new TypeError('Cannot observe a cache: "cache" must be a caching token source');
    }
    this.#wasAsked = true;
    this.#caches.add(cache);
    return () => {
      this.#caches.delete(cache);
    };
  }

  close(): void {
    this.#meter.removeBatchObservableCallback(this.#report, [this.#entries, this.#active]);
  }

  readonly #report = (result: BatchObservableResult): void => {
    // Without any cache there is no value. After the last cache has ended, 0: the SDK would repeat the last value.
    if (!this.#wasAsked) return;
    const sums = { entries: 0, subjectEntries: 0, inFlight: 0 };
    for (const cache of this.#caches) {
      const stats = cache.stats();
      sums.entries += stats.entries;
      sums.subjectEntries += stats.subjectEntries;
      sums.inFlight += stats.inFlight;
    }
    result.observe(this.#entries, sums.entries, this.#of("without_subject"));
    result.observe(this.#entries, sums.subjectEntries, this.#of("with_subject"));
    result.observe(this.#active, sums.inFlight, this.#attributes);
  };

  #of(partition: "without_subject" | "with_subject"): Attributes {
    return { ...this.#attributes, "agent_oauth.cache.partition": partition };
  }
}
