import type { RequestEndEvent, RequestStartEvent, TokenEvent } from "@agent-oauth/core";
import type { Attributes, Counter, Histogram, Meter } from "@opentelemetry/api";
import type { EventAttributes } from "./event-attributes.ts";

/** The boundaries that OpenTelemetry's conventions advise for the duration of HTTP requests, in seconds. */
const DURATION_BOUNDARIES = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** Counts events, and measures token requests. */
export class TokenMetrics {
  readonly #attributes: EventAttributes;
  readonly #lookups: Counter;
  readonly #requests: Counter;
  readonly #failures: Counter;
  readonly #duration: Histogram;
  readonly #events: Counter;

  constructor(meter: Meter, attributes: EventAttributes) {
    this.#attributes = attributes;
    this.#lookups = meter.createCounter("agent_oauth.cache.lookups", {
      description: "Calls for a token at a cache, by the state of its entry.",
      unit: "{lookup}",
    });
    this.#requests = meter.createCounter("agent_oauth.token.requests", {
      description: "Token requests begun, by reason.",
      unit: "{request}",
    });
    this.#failures = meter.createCounter("agent_oauth.token.request.failures", {
      description: "Token requests that failed, by code.",
      unit: "{failure}",
    });
    this.#duration = meter.createHistogram("agent_oauth.token.request.duration", {
      description: "Duration of token requests.",
      unit: "s",
      advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
    });
    this.#events = meter.createCounter("agent_oauth.events", {
      description: "Other events of sources and caches.",
      unit: "{event}",
    });
  }

  /** Counts an event. The end of a request has the reason of its start, if that is known. */
  count(event: TokenEvent, reason: RequestStartEvent["reason"] | undefined): void {
    switch (event.type) {
      case "hit":
      case "stale":
      case "miss":
        this.#lookups.add(1, this.#of(event, { "agent_oauth.cache.result": event.type }));
        break;
      case "request-start":
        this.#requests.add(1, this.#of(event, { "agent_oauth.request.reason": event.reason }));
        break;
      case "request-end":
        this.#ended(event, this.#of(event, reason && { "agent_oauth.request.reason": reason }));
        break;
      case "refresh-failed":
        this.#events.add(1, this.#of(event, { ...typeOf(event), "error.type": event.code }));
        break;
      default:
        this.#events.add(1, this.#of(event, typeOf(event)));
    }
  }

  #ended({ durationMs, code }: RequestEndEvent, attributes: Attributes): void {
    if (code !== undefined) {
      attributes["error.type"] = code;
      this.#failures.add(1, attributes);
    }
    this.#duration.record(durationMs / 1_000, attributes);
  }

  #of(event: TokenEvent, own: Attributes = {}): Attributes {
    return this.#attributes.of(event, own);
  }
}

function typeOf({ type }: TokenEvent): Attributes {
  return { "agent_oauth.event.type": type };
}
