import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { FAULT_MATCH_SCHEMA, faultEffectSchema } from "../faults/fault-schema.ts";
import { BUILT_IN_SCENARIOS } from "../options/scenario.ts";

const read = (file: string) => readFile(new URL(`../../docs/${file}`, import.meta.url), "utf8");

describe("docs/controls.md", () => {
  it("tells of every path, effect, match and scenario", async () => {
    const text = await read("controls.md");
    const { paths } = JSON.parse(await read("openapi.json")) as { paths: object };
    const kinds = faultEffectSchema.options.map(({ shape }) => [...shape.kind.values][0]);
    const words = [
      ...Object.keys(paths).map((path) => path.replace(/^\/(clock|faults)\//, "/")),
      ...kinds.map((kind) => `\`${kind}\``),
      ...Object.keys(FAULT_MATCH_SCHEMA.shape).map((name) => `\`${name}\``),
      ...BUILT_IN_SCENARIOS.map(({ name }) => `\`${name}\``),
    ];
    expect(words.length).toBeGreaterThan(60);
    expect(words.filter((word) => !text.includes(word))).toEqual([]);
  });
});
