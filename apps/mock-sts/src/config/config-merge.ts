import { isRecord } from "../checks/is-record.ts";
import { PRESETS } from "./config-presets.ts";
import type { Config } from "./config-schema.ts";

/**
 * Merges configurations: the last one wins, and all win over the preset that the last one names.
 * Mappings such as `sts` are merged key by key, lists are replaced.
 */
export function mergeConfig(...configs: readonly Config[]): Config {
  const merged = configs.reduce(overlay, {});
  const preset = merged.preset === undefined ? {} : PRESETS[merged.preset].options;
  return overlay(preset, merged);
}

function overlay(base: Config, over: Config): Config {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    // A clock is either moved or frozen: one does not add to the other.
    const isMerged = isRecord(below) && isRecord(value) && key !== "clock";
    merged[key] = isMerged ? { ...below, ...value } : value;
  }
  return merged;
}
