import { explainIssue, type PlacedFault, placedFaults } from "../checks/explain-issue.ts";
import { ConfigError } from "./config-error.ts";
import { mergeConfig } from "./config-merge.ts";
import { brokenRules } from "./config-rules.ts";
import { type Config, configSchema } from "./config-schema.ts";
import { type ConfigText, parseConfigText } from "./config-text.ts";

/**
 * Reads a configuration; `file` is what its faults call it.
 *
 * @throws ConfigError with all faults at once.
 */
export function readConfig(text: string, file: string): Config {
  const parsed = parseConfigText(text);
  if (parsed.faults.length > 0) {
    const lines = parsed.faults.map(
      ({ line, column, message }) => `${file}:${line}:${column} ${message}`,
    );
    throw new ConfigError(file, lines);
  }
  const {
    success,
    data: config,
    error,
  } = configSchema.safeParse(parsed.data, { error: explainIssue });
  const faults = success ? brokenRules(mergeConfig(config)) : placedFaults(error);
  if (config !== undefined && faults.length === 0) return config;
  throw new ConfigError(file, describeFaults(faults, { parsed, file }));
}

function describeFaults(
  faults: readonly PlacedFault[],
  { parsed, file }: { parsed: ConfigText; file: string },
): readonly string[] {
  return faults
    .map((fault) => ({ ...fault, ...parsed.locate(fault.path, fault) }))
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ path, message, line, column }) => {
      const name = path.length === 0 ? "" : `${spell(path)}: `;
      return `${file}:${line}:${column} ${name}${message}`;
    });
}

/** Spells a path as in `clients[0].authentication`. */
function spell(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}
