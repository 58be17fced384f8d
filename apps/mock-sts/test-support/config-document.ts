import { z } from "zod";
import { LIVE_KEYS } from "../src/config/config-live.ts";
import { PRESETS } from "../src/config/config-presets.ts";
import { liveShape, optionShape } from "../src/config/config-schema.ts";
import { stsShape } from "../src/config/config-sts.ts";
import { PRESET_NAMES } from "../src/config/preset-names.ts";
import { FAULT_MATCH_SCHEMA, faultEffectSchema } from "../src/faults/fault-schema.ts";
import { BUILT_IN_SCENARIOS } from "../src/options/scenario.ts";
import { stsQuirks } from "../src/options/sts-quirks.ts";

/** The members of a JSON Schema that are read here. */
interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** Writes the tables of `docs/configuration.md` from the schemas, by their names. */
export const CONFIG_TABLES: Readonly<Record<string, string>> = {
  presets: table(
    ["preset", "what the mock is like"],
    PRESET_NAMES.map((name) => [code(name), PRESETS[name].description]),
  ),
  options: shapeTable(optionShape),
  live: shapeTable(liveShape),
  sts: shapeTable(stsShape, "sts."),
  quirks: stsQuirks.map(code).join(", "),
  match: table(
    ["key", "takes", "meaning"],
    Object.entries(describe(FAULT_MATCH_SCHEMA).properties ?? {}).map(([key, schema]) => [
      code(key),
      takes(schema),
      schema.description ?? "",
    ]),
  ),
  effects: table(
    ["`kind`", "further keys", "what happens"],
    (describe(faultEffectSchema) as { oneOf: JsonSchema[] }).oneOf.map(effectRow),
  ),
  scenarios: table(
    ["scenario", "what happens"],
    BUILT_IN_SCENARIOS.map(({ name, description = "" }) => [code(name), description]),
  ),
};

function shapeTable(shape: z.ZodRawShape, prefix = ""): string {
  const rows = Object.entries(shape).map(([key, schema]) => {
    const json = describe(schema as z.ZodType);
    const isLive = LIVE_KEYS.includes(prefix + key);
    return [code(key), takes(json), isLive ? "live" : "", json.description ?? ""];
  });
  return table(["key", "takes", "", "meaning"], rows);
}

function effectRow({
  properties: keys = {},
  required = [],
  description = "",
}: JsonSchema): string[] {
  const { kind, ...others } = keys;
  const named = Object.entries(others).map(([key, { description: text }]) => {
    const must = required.includes(key) ? " (needed)" : "";
    return `${code(key)}${must}${text === undefined ? "" : `: ${text}`}`;
  });
  return [code(String(kind?.const)), named.join("<br>"), description];
}

function describe(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
}

function takes(schema: JsonSchema): string {
  const { type, enum: values, const: only, anyOf, items, properties = {} } = schema;
  const { minimum, maximum } = schema;
  if (only !== undefined) return code(String(only));
  if (values !== undefined) {
    return values.length > 14 ? "names" : values.map((value) => code(String(value))).join(", ");
  }
  if (anyOf !== undefined) return anyOf.map(takes).join(" or ");
  if (type === "array") return `list of ${items === undefined ? "any" : takes(items)}`;
  if (type === "object") return Object.keys(properties).map(code).join(", ") || "mapping";
  if (type !== "integer" && type !== "number") return type === "string" ? "text" : (type ?? "any");
  const isBounded = (maximum ?? Number.MAX_SAFE_INTEGER) < Number.MAX_SAFE_INTEGER;
  if (isBounded) return `${type}, ${minimum ?? "above 0"} to ${maximum}`;
  return (minimum ?? -1) < 0 ? type : `${type}, at least ${minimum}`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((it) => it.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}
