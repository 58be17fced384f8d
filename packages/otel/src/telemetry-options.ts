import { type Clock, systemClock } from "@agent-oauth/core";
import {
  checkOptions,
  nearestName,
  numberOption,
  type OptionNames,
  textOption,
} from "@agent-oauth/core/internal";
import { type MeterProvider, metrics, type TracerProvider, trace } from "@opentelemetry/api";
import { EVENT_FIELDS, type EventField } from "./event-attributes.ts";

/** Where telemetry goes, and which attributes it has. */
export interface TokenTelemetryOptions {
  /** The name of the source, cache or flow: `agent_oauth.source.name` of all metrics and spans. Default none. */
  readonly name?: string;
  /** Default: the global one of `@opentelemetry/api`, as it is now. */
  readonly meterProvider?: MeterProvider;
  /** Default: the global one of `@opentelemetry/api`. */
  readonly tracerProvider?: TracerProvider;
  /** Attributes of metrics that tell about the request, at the cost of a series per value. Default `[]`. */
  readonly metricAttributes?: readonly EventField[];
  /** Attributes of spans that tell about the request. Default `["audience", "resource"]`. */
  readonly spanAttributes?: readonly EventField[];
  /** How many token requests have an open span at a time; beyond it, the oldest span is ended unfinished. Default 1 024. */
  readonly maxOpenSpans?: number;
  /** Tells when the spans end that `close` ends; all other times are those of the events. Default: the machine's. */
  readonly clock?: Clock;
}

const DOING = "create token telemetry";
const OPTIONS: OptionNames<TokenTelemetryOptions> = {
  name: true,
  meterProvider: true,
  tracerProvider: true,
  metricAttributes: true,
  spanAttributes: true,
  maxOpenSpans: true,
  clock: true,
};

/** The options with every default filled in. */
export type TelemetrySettings = Required<Omit<TokenTelemetryOptions, "name">> &
  Pick<TokenTelemetryOptions, "name">;

const MAX_OPEN_SPANS = 2 ** 20;

/**
 * Fills in the defaults.
 *
 * @throws TypeError | RangeError naming the option that is unknown, of a wrong type or out of range.
 */
export function telemetrySettings(options: TokenTelemetryOptions): TelemetrySettings {
  checkOptions(options, { doing: DOING, names: OPTIONS });
  const { name, clock = systemClock, maxOpenSpans = 1_024 } = options;
  const { metricAttributes = [], spanAttributes = ["audience", "resource"] } = options;
  const { meterProvider = metrics.getMeterProvider() } = options;
  const { tracerProvider = trace.getTracerProvider() } = options;
  if (name !== undefined) textOption(name, { option: "name", doing: DOING });
  requireMethod("meterProvider", "getMeter", meterProvider);
  requireMethod("tracerProvider", "getTracer", tracerProvider);
  requireMethod("clock", "now", clock);
  requireFields("metricAttributes", metricAttributes);
  requireFields("spanAttributes", spanAttributes);
  return {
    meterProvider,
    tracerProvider,
    metricAttributes,
    spanAttributes,
    maxOpenSpans: numberOption(maxOpenSpans, {
      option: "maxOpenSpans",
      doing: DOING,
      min: 1,
      max: MAX_OPEN_SPANS,
      whole: true,
    }),
    clock,
    ...(name !== undefined && { name }),
  };
}

function requireMethod<O extends object>(option: string, method: keyof O & string, value: O): void {
  if (typeof value?.[method] !== "function") {
    throw invalid(option, `must be an object with a function "${method}"`);
  }
}

function requireFields(option: string, fields: unknown): void {
  const known: readonly unknown[] = EVENT_FIELDS;
  const unknown = Array.isArray(fields) ? fields.filter((field) => !known.includes(field)) : [];
  if (Array.isArray(fields) && unknown.length === 0) return;
  const names = EVENT_FIELDS.map((field) => `"${field}"`).join(", ");
  const [first] = unknown;
  const nearest = typeof first === "string" ? nearestName(first, EVENT_FIELDS) : undefined;
  const advice = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
  throw invalid(option, `must be a list of some of ${names}${advice}`);
}

function invalid(option: string, rule: string): TypeError {
  return new TypeError(`Cannot ${DOING}: "${option}" ${rule}`);
}
