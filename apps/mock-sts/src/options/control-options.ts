import { checkFields, type FieldKinds } from "../checks/fields.ts";
import { checkInteger } from "../checks/option-values.ts";
import type { Bounds } from "../recording/bounded-cache.ts";
import { BUILT_IN_SCENARIOS, checkScenario, type Scenario } from "./scenario.ts";

/** Options for the request log, the controls and the faults. */
export interface ControlOptions {
  /**
   * Further sets of faults and settings that can be applied by name; they win over built-in ones of
   * the same name.
   */
  readonly scenarios?: readonly Scenario[];
  /**
   * Limits of the request log; the oldest requests are dropped first. Default 10 000 requests, 67
   * 108 864 bytes.
   */
  readonly recordLimits?: { readonly requests?: number; readonly bytes?: number };
  /**
   * Keeps the values of tokens, for holders of the admin token. Default false: fingerprints and
   * claims only.
   */
  readonly recordSecrets?: boolean;
  /** Further host names, without port, under which the controls may be reached over HTTP. Default: none. */
  readonly controlHosts?: readonly string[];
  /** Seed of faults with a probability that have no seed of their own. Default 1. */
  readonly seed?: number;
}

/** Checked options with their defaults. */
export interface ResolvedControlOptions {
  readonly scenarios: readonly Scenario[];
  readonly recordBounds: Bounds;
  readonly recordSecrets: boolean;
  readonly controlHosts: readonly string[];
  readonly seed: number;
}

/**
 * Checks options and fills in the defaults.
 *
 * @throws TypeError or RangeError naming the option.
 */
export function resolveControlOptions(options: ControlOptions): ResolvedControlOptions {
  const { recordLimits = {}, recordSecrets = false, controlHosts = [] } = options;
  const { seed = 1 } = options;
  checkFields(recordLimits, { start: START, names: RECORD_LIMIT_NAMES, field: "record limit" });
  return {
    recordSecrets,
    controlHosts: controlHosts.map(checkHost),
    seed: checkInteger(seed, { start: START, name: "seed" }),
    scenarios: mergeScenarios(options.scenarios ?? []),
    recordBounds: {
      entries: recordLimit(recordLimits.requests ?? 10_000, "requests"),
      bytes: recordLimit(recordLimits.bytes ?? 67_108_864, "bytes"),
    },
  };
}

const RECORD_LIMIT_NAMES: FieldKinds<NonNullable<ControlOptions["recordLimits"]>> = {
  requests: "number",
  bytes: "number",
};

function mergeScenarios(own: readonly Scenario[]): readonly Scenario[] {
  const names = own.map((scenario) => checkScenario(scenario).name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new TypeError(`${START} two "scenarios" are called ${JSON.stringify(twice)}`);
  }
  return [...BUILT_IN_SCENARIOS.filter(({ name }) => !names.includes(name)), ...own];
}

function checkHost(host: string): string {
  if (/^[a-z0-9.-]+$/i.test(host)) return host.toLowerCase();
  throw new TypeError(
    `${START} "controlHosts" must hold host names without port, got ${JSON.stringify(host)}`,
  );
}

function recordLimit(value: number, name: string): number {
  return checkInteger(value, { start: START, name: `recordLimits.${name}`, min: 1 });
}

const START = "Cannot start mock-sts:";
