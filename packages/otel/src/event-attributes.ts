import type { TokenEvent } from "@agent-oauth/core";
import type { Attributes } from "@opentelemetry/api";

/** What an event tells of its source and request that telemetry may repeat. Whose token it is, is not among it. */
export type EventField = "audience" | "resource" | "tenant" | "identity";

/** Every {@link EventField}. */
export const eventFields: readonly EventField[] = ["audience", "resource", "tenant", "identity"];

/** Makes the attributes that tell one source, and one kind of request, from another. */
export class EventAttributes {
  /** Those of every event. */
  readonly fixed: Attributes;
  readonly #fields: ReadonlySet<EventField>;

  constructor(name: string | undefined, fields: readonly EventField[]) {
    this.fixed = name === undefined ? {} : { "agent_oauth.source.name": name };
    this.#fields = new Set(fields);
  }

  /** Those of an event, with some of its own. */
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

/** The order in which targets were asked for must not make a series of its own. */
function sortedSet(values: readonly string[]): string[] {
  return [...new Set(values.map(withoutSecrets))].sort();
}

/** User information and query of a resource's URI may hold secrets; they do not tell which server it is. */
function withoutSecrets(target: string): string {
  return target.replace(/[?#].*$/s, "").replace(/^([^/]*\/\/)[^/]*@/, "$1");
}
