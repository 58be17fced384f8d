import type { RequestEndEvent, RequestStartEvent, TokenEvent } from "@agent-oauth/core";
import { emit } from "@agent-oauth/core/internal";
import { type Span, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import type { EventAttributes } from "./event-attributes.ts";

/** A token request in flight. */
interface OpenRequest {
  readonly start: RequestStartEvent;
  readonly span: Span;
}

/** Opens a span for each token request, below the span that is active where the request begins. */
export class TokenRequestSpans {
  readonly #tracer: Tracer;
  readonly #attributes: EventAttributes;
  readonly #maxOpen: number;
  /** Oldest first. */
  readonly #open = new Set<OpenRequest>();

  constructor(tracer: Tracer, attributes: EventAttributes, { maxOpen }: { maxOpen: number }) {
    this.#tracer = tracer;
    this.#attributes = attributes;
    this.#maxOpen = maxOpen;
  }

  /** Begins or ends a span if a request begins or ends. Returns the reason of a request that ends, if it is known. */
  follow(event: TokenEvent): RequestStartEvent["reason"] | undefined {
    if (event.type === "request-start") this.#begin(event);
    return event.type === "request-end" ? this.#end(event) : undefined;
  }

  /** Ends every span whose request has not ended. */
  endAll(at: number): void {
    for (const request of this.#open) this.#abandon(request, at);
  }

  #begin(start: RequestStartEvent): void {
    for (const oldest of this.#open) {
      if (this.#open.size < this.#maxOpen) break;
      this.#abandon(oldest, start.at);
    }
    const span = this.#tracer.startSpan("oauth token request", {
      kind: SpanKind.CLIENT,
      startTime: new Date(start.at),
      attributes: this.#attributes.of(start, { "agent_oauth.request.reason": start.reason }),
    });
    this.#open.add({ start, span });
  }

  #end(event: RequestEndEvent): RequestStartEvent["reason"] | undefined {
    const request = this.#startedAs(event);
    if (request === undefined) return undefined;
    this.#open.delete(request);
    const { span, start } = request;
    if (event.code !== undefined) {
      span.setAttribute("error.type", event.code);
      span.setStatus({ code: SpanStatusCode.ERROR, message: event.code });
    }
    // Not by the wall clock: it may have been set back meanwhile.
    span.end(new Date(start.at + event.durationMs));
    return start.reason;
  }

  /**
   * Finds the request that ends. Its number is unique within one source only. The identity does not always decide: it
   * changes when a certificate is rotated meanwhile, and two sources may have none. Then the time decides.
   */
  #startedAs(event: RequestEndEvent): OpenRequest | undefined {
    const startedAt = event.at - event.durationMs;
    const doubt = ({ start }: OpenRequest) =>
      (start.identity === event.identity ? 0 : Number.MAX_SAFE_INTEGER) +
      Math.abs(start.at - startedAt);
    return [...this.#open]
      .filter(({ start }) => start.requestId === event.requestId)
      .sort((a, b) => doubt(a) - doubt(b))[0];
  }

  #abandon(request: OpenRequest, at: number): void {
    this.#open.delete(request);
    // A span processor that throws must not keep the others open.
    emit(() => {
      request.span.setAttribute("agent_oauth.request.unfinished", true);
      request.span.end(new Date(Math.max(at, request.start.at)));
    });
  }
}
