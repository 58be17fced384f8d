import { checkData } from "../checks/check-data.ts";
import type { GatewaySwitches } from "../gateway/gateway.ts";
import {
  SETTINGS_CHANGE_SCHEMA,
  type Settings,
  type SettingsChange,
} from "../options/control-settings.ts";
import type { StsQuirk } from "../options/sts-quirks.ts";

/** The parts of a mock that hold its settings. */
export interface SettingsHolders {
  readonly switches: GatewaySwitches;
  readonly lifetimes: { tokenLifetimeMs: number; serviceTokenLifetimeMs: number };
  readonly sts: { readonly settings: { quirks: readonly StsQuirk[] } };
}

/** Reads and changes the settings as plain data. */
export interface SettingsControls {
  /** Returns all settings. */
  readSettings(): Settings;
  /** Changes the settings named. @throws TypeError naming the one that is wrong. */
  changeSettings(change: SettingsChange): void;
}

/** Creates the controls of settings. */
export function createSettingsControls(holders: SettingsHolders): SettingsControls {
  const { switches, lifetimes, sts } = holders;
  return {
    readSettings: () => ({
      ...lifetimes,
      requireBoundCertificate: switches.requireBoundCertificate,
      alwaysUnauthorized: copyOf(switches.alwaysUnauthorized),
      quirks: [...sts.settings.quirks],
    }),
    changeSettings(change) {
      const checked = checkData(SETTINGS_CHANGE_SCHEMA, change, "change settings");
      const { quirks = sts.settings.quirks, ...rest } = checked;
      const { alwaysUnauthorized = switches.alwaysUnauthorized } = rest;
      const { requireBoundCertificate = switches.requireBoundCertificate } = rest;
      const { tokenLifetimeMs = lifetimes.tokenLifetimeMs } = rest;
      const { serviceTokenLifetimeMs = lifetimes.serviceTokenLifetimeMs } = rest;
      Object.assign(switches, { alwaysUnauthorized, requireBoundCertificate });
      Object.assign(lifetimes, { tokenLifetimeMs, serviceTokenLifetimeMs });
      sts.settings.quirks = quirks;
    },
  };
}

function copyOf(value: boolean | readonly string[]): boolean | string[] {
  return typeof value === "boolean" ? value : [...value];
}
