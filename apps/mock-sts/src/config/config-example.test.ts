import { describe, expect, it } from "vitest";
import { configExample } from "./config-example.ts";
import { readConfig } from "./config-read.ts";
import { liveShape, optionShape } from "./config-schema.ts";
import { PRESET_NAMES } from "./preset-names.ts";

/** Takes the marks from all lines that set something. */
const uncommented = configExample({}).replace(/^#(?! )|^#(?= {2})/gm, "");

describe("configExample", () => {
  it.each(PRESET_NAMES)("sets the preset %s and nothing else", (preset) => {
    expect(readConfig(configExample({ preset }), "a.yaml")).toEqual({ preset });
  });

  it("is right in every line that can be taken", () => {
    const config = readConfig(uncommented, "a.yaml");
    expect(config.tenants?.at(-1)).toEqual({ subdomain: "tenant-b", subscribed: false });
    expect(config.faults).toHaveLength(2);
  });

  it("shows every key", () => {
    const keys = Object.keys(readConfig(uncommented, "a.yaml"));
    const known = ["preset", ...Object.keys(optionShape), ...Object.keys(liveShape)];
    expect(keys.sort()).toEqual(known.sort());
  });
});
