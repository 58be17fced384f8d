export type { ObservedCache } from "./cache-gauges.ts";
export { createTokenTelemetry, type TokenTelemetry } from "./create-token-telemetry.ts";
export type { EventField } from "./event-attributes.ts";
export type { TokenTelemetryOptions } from "./telemetry-options.ts";
