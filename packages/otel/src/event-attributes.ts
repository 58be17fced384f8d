import type { TokenEvent } from "@agent-oauth/core";
import type { Attributes } from "@opentelemetry/api";

/** A member of an event that telemetry may export. None of them names the user. */
export type EventField = "audience" | "resource" | "tenant" | "identity";

/** Every {@link EventField}. */
export const EVENT_FIELDS: readonly EventField[] = ["audience", "resource", "tenant", "identity"];

/** Makes the attributes that distinguish sources and kinds of requests. */
export class EventAttributes {
  /** The attributes of every event. */
  readonly fixed: Attributes;
  readonly #fields: ReadonlySet<EventField>;

  constructor(name: string | undefined, fields: readonly EventField[]) {
    this.fixed = name === undefined ? {} : { "agent_oauth.source.name": name };
    this.#fields = new Set(fields);
  }

  /** Returns the attributes of one event, `own` among them. */
  of(event: TokenEvent, own: Attributes): Attributes {
    const attributes = { ...this.fixed, ...own };
    for (const field of this.#fields) {
      const value = event[field];
      if (value === undefined) continue;
      attributes[`agent_oauth.${field}`] = typeof value === "string" ? value : sortedSet(value);
    }
    return attributes;
  }
}

/** Requests that differ only in the order of their targets are one series. */
function sortedSet(values: readonly string[]): string[] {
  return [...new Set(values.map(withoutSecrets))].sort();
}

/** User information and query of a resource's URI may be secrets, and do not identify the server. */
function withoutSecrets(target: string): string {
  return target.replace(/[?#].*$/s, "").replace(/^([^/]*\/\/)[^/]*@/, "$1");
}
