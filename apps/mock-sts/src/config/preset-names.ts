/** Names of the presets. */
export const presetNames = ["everything", "ias", "btp-lob", "kagent-sts", "keycloak-like"] as const;

/** Name of a preset. */
export type PresetName = (typeof presetNames)[number];
