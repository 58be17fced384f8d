import { type Clock, systemClock } from "@agent-oauth/core";
import { checkOptions, kindOf, nearestName, type OptionNames } from "@agent-oauth/core/internal";
import { type MeterProvider, metrics, type TracerProvider, trace } from "@opentelemetry/api";
import { type EventField, eventFields } from "./event-attributes.ts";

/** Where telemetry goes, and how much it says. */
export interface TokenTelemetryOptions {
  /** Names the source, cache or flow, as `agent_oauth.source.name` on all that is exported. Default: nothing does. */
  readonly name?: string;
  /** Default: the global one of `@opentelemetry/api`, as it is now. */
  readonly meterProvider?: MeterProvider;
  /** Default: the global one of `@opentelemetry/api`. */
  readonly tracerProvider?: TracerProvider;
  /** What metrics say of the request, at the cost of a series per value. Default: nothing. */
  readonly metricAttributes?: readonly EventField[];
  /** What spans say of the request. Default `["audience", "resource"]`. */
  readonly spanAttributes?: readonly EventField[];
  /** Token requests that are followed at a time; above it the oldest span is ended unfinished. Default 1 024. */
  readonly maxOpenSpans?: number;
  /** Tells when spans end that `close` ends; all other times are those of the events. Default: the machine's. */
  readonly clock?: Clock;
}

const optionNames: OptionNames<TokenTelemetryOptions> = {
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
  checkOptions(options, { doing: "create token telemetry", names: optionNames });
  const { name, clock = systemClock, maxOpenSpans = 1_024 } = options;
  const { metricAttributes = [], spanAttributes = ["audience", "resource"] } = options;
  const { meterProvider = metrics.getMeterProvider() } = options;
  const { tracerProvider = trace.getTracerProvider() } = options;
  if (name !== undefined && (typeof name !== "string" || name.trim() === "")) {
    throw invalid("name", "must be a string that is not blank");
  }
  requireMethod("meterProvider", "getMeter", meterProvider);
  requireMethod("tracerProvider", "getTracer", tracerProvider);
  requireMethod("clock", "now", clock);
  requireFields("metricAttributes", metricAttributes);
  requireFields("spanAttributes", spanAttributes);
  requireWholeNumber("maxOpenSpans", maxOpenSpans);
  const settings = { meterProvider, tracerProvider, metricAttributes, spanAttributes };
  return { ...settings, maxOpenSpans, clock, ...(name !== undefined && { name }) };
}

function requireMethod<O extends object>(option: string, method: keyof O & string, value: O): void {
  if (typeof value?.[method] !== "function") {
    throw invalid(option, `must be an object with a function "${method}"`);
  }
}

function requireFields(option: string, fields: unknown): void {
  const known: readonly unknown[] = eventFields;
  const unknown = Array.isArray(fields) ? fields.filter((field) => !known.includes(field)) : [];
  if (Array.isArray(fields) && unknown.length === 0) return;
  const names = eventFields.map((field) => `"${field}"`).join(", ");
  const [first] = unknown;
  const nearest = typeof first === "string" ? nearestName(first, eventFields) : undefined;
  const advice = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
  throw invalid(option, `must be a list of some of ${names}${advice}`);
}

function requireWholeNumber(option: string, value: unknown): void {
  if (typeof value !== "number") throw invalid(option, `must be a number, not ${kindOf(value)}`);
  if (Number.isInteger(value) && value >= 1 && value <= MAX_OPEN_SPANS) return;
  throw new RangeError(
    `Cannot create token telemetry: "${option}" must be a whole number from 1 to ${MAX_OPEN_SPANS}, not ${value}`,
  );
}

function invalid(option: string, rule: string): TypeError {
  return new TypeError(`Cannot create token telemetry: "${option}" ${rule}`);
}
