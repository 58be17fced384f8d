/** Names of the presets. */
export const PRESET_NAMES = [
  "everything",
  "ias",
  "btp-lob",
  "kagent-sts",
  "keycloak-like",
] as const;

/** Name of a preset. */
export type PresetName = (typeof PRESET_NAMES)[number];
