import { describe, expect, expectTypeOf, it } from "vitest";
import type { z } from "zod";
import { OPTION_NAMES } from "../options/options.ts";
import { STS_OPTION_NAMES } from "../options/sts-options.ts";
import { mergeConfig } from "./config-merge.ts";
import { PRESETS } from "./config-presets.ts";
import { brokenRules } from "./config-rules.ts";
import { type Config, type configSchema, liveShape, optionShape } from "./config-schema.ts";
import { stsShape } from "./config-sts.ts";
import { PRESET_NAMES } from "./preset-names.ts";

describe("configSchema", () => {
  it("knows every option that can be written down", () => {
    const known = Object.keys(OPTION_NAMES).filter((name) => name !== "onAnswer");
    expect(Object.keys(optionShape).sort()).toEqual(known.sort());
    expect(Object.keys(stsShape).sort()).toEqual(Object.keys(STS_OPTION_NAMES).sort());
  });

  it("reads what the options of a program are typed as", () => {
    expectTypeOf<z.output<typeof configSchema>>().toExtend<Config>();
    expectTypeOf<keyof Config>().toEqualTypeOf<keyof z.output<typeof configSchema>>();
  });

  it("says of every key what it means", () => {
    for (const [key, { description }] of Object.entries({
      ...optionShape,
      ...liveShape,
      ...stsShape,
    })) {
      expect([key, description]).toEqual([
        key,
        expect.stringMatching(/Default.*\.$|: see below\.$/),
      ]);
    }
  });
});

describe("presets", () => {
  it.each(PRESET_NAMES)("%s breaks no rule", (preset) => {
    expect(brokenRules(mergeConfig({ preset }))).toEqual([]);
    expect(PRESETS[preset].description).not.toBe("");
  });
});

describe("mergeConfig", () => {
  it("lets what is said later win over what is said before, and all of it over the preset", () => {
    const file: Config = { preset: "kagent-sts", port: 1, sts: { mayAct: "required" } };
    const merged = mergeConfig(file, { port: 2, sts: { maxActors: 2 } });
    expect(merged).toMatchObject({
      preset: "kagent-sts",
      port: 2,
      sts: { publicClient: true, mayAct: "required", maxActors: 2 },
    });
    expect(mergeConfig(file, { preset: "ias" }).sts).toEqual({ mayAct: "required" });
    expect(mergeConfig(file, { sts: { publicClient: false } }).sts?.publicClient).toBe(false);
  });

  it("replaces lists and clocks", () => {
    const base: Config = { scopes: ["a"], clock: { offsetMs: 1 } };
    const over: Config = { scopes: ["b"], clock: { frozenAt: "2027-01-01T00:00:00Z" } };
    expect(mergeConfig(base, over)).toEqual(over);
  });
});
