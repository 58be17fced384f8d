import { isDeepStrictEqual } from "node:util";
import type { Controls } from "../controls/controls.ts";
import type { Settings, SettingsChange } from "../options/control-settings.ts";
import { resolveOptions } from "../options/options.ts";
import { optionsOf } from "./config-rules.ts";
import type { Config } from "./config-schema.ts";

/** The effect of a changed configuration, by the names of the keys. */
export interface LiveChange {
  /** Keys whose values apply now. */
  readonly applied: readonly string[];
  /** Keys whose values apply only after a restart. */
  readonly restart: readonly string[];
}

/** A running mock that follows its configuration. */
export interface LiveMock {
  /** Applies the live keys of a configuration. */
  change(next: Config): LiveChange;
}

const SETTING_OF_KEY: Readonly<Record<string, keyof Settings>> = {
  tokenLifetimeMs: "tokenLifetimeMs",
  serviceTokenLifetimeMs: "serviceTokenLifetimeMs",
  requireBoundCertificate: "requireBoundCertificate",
  alwaysUnauthorized: "alwaysUnauthorized",
  "sts.quirks": "quirks",
};

/** Keys that apply to a running mock; all others need a restart. */
export const LIVE_KEYS: readonly string[] = [
  ...Object.keys(SETTING_OF_KEY),
  "scenario",
  "faults",
  "clock",
];

/** Applies the scenario, faults and clock of a configuration, again after each reset, and follows changes. */
export function applyLiveConfig(controls: Controls, started: Config): LiveMock {
  let current = started;
  let ownFaults: readonly number[] = [];
  const setFaults = ({ faults = [] }: Config) => {
    for (const id of ownFaults) controls.removeFault(id);
    ownFaults = faults.map((fault) => controls.addFault(fault).id);
  };
  const setAll = (config: Config) => {
    if (config.scenario !== undefined) controls.applyScenario(config.scenario);
    controls.changeSettings(settingsOf(config, controls));
    setFaults(config);
    setClock(controls, config);
  };
  setAll(started);
  controls.onReset(() => setAll(current));
  return {
    change(next) {
      refuseNewScenario(next, controls);
      const applied = changedKeys(current, next).filter((key) => LIVE_KEYS.includes(key));
      if (applied.includes("scenario") && next.scenario === undefined) {
        current = next;
        controls.reset();
      } else if (applied.includes("scenario")) {
        setAll(next);
      } else {
        const settings = settingsOf(next, controls);
        const names = applied.flatMap((key) => SETTING_OF_KEY[key] ?? []);
        controls.changeSettings(Object.fromEntries(names.map((name) => [name, settings[name]])));
        if (applied.includes("faults")) setFaults(next);
        if (applied.includes("clock")) setClock(controls, next);
      }
      current = next;
      const restart = changedKeys(started, next).filter((key) => !LIVE_KEYS.includes(key));
      return { applied, restart };
    },
  };
}

/** A running mock has only the scenarios that it was started with. */
function refuseNewScenario({ scenario }: Config, { scenarios }: Controls): void {
  if (scenario === undefined || scenarios.some(({ name }) => name === scenario)) return;
  throw new TypeError(
    `Cannot apply scenario ${JSON.stringify(scenario)}: it was not there at the start, a restart is needed`,
  );
}

/** The settings of a configuration, those of its scenario on top. */
function settingsOf(config: Config, { scenarios }: Controls): SettingsChange {
  const { sts, ...options } = resolveOptions(optionsOf(config));
  return {
    tokenLifetimeMs: options.tokenLifetimeMs,
    serviceTokenLifetimeMs: options.serviceTokenLifetimeMs,
    requireBoundCertificate: options.requireBoundCertificate,
    alwaysUnauthorized: config.alwaysUnauthorized ?? false,
    quirks: [...sts.quirks],
    ...scenarios.find(({ name }) => name === config.scenario)?.settings,
  };
}

function setClock({ clock }: Controls, { clock: { offsetMs = 0, frozenAt } = {} }: Config): void {
  clock.reset();
  if (frozenAt !== undefined) clock.freeze(Date.parse(frozenAt));
  else clock.offsetMs = offsetMs;
}

function changedKeys(before: Config, after: Config): string[] {
  const old = flatten(before);
  const fresh = flatten(after);
  const keys = new Set([...Object.keys(old), ...Object.keys(fresh)]);
  return [...keys].filter((key) => !isDeepStrictEqual(old[key], fresh[key])).sort();
}

/** Names the keys of `sts` one by one: some of them are live, some are not. */
function flatten({ sts = {}, preset, ...config }: Config): Readonly<Record<string, unknown>> {
  const ofSts = Object.entries(sts).map(([key, value]) => [`sts.${key}`, value]);
  return { ...config, ...Object.fromEntries(ofSts) };
}
