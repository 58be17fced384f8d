import { explainIssue, type PlacedViolation, placedViolations } from "../checks/explain-issue.ts";
import { ConfigError } from "./config-error.ts";
import { mergeConfig } from "./config-merge.ts";
import { brokenRules } from "./config-rules.ts";
import { type Config, configSchema } from "./config-schema.ts";
import { type ConfigText, parseConfigText } from "./config-text.ts";

/**
 * Reads a configuration; its violations name it `file`.
 *
 * @throws ConfigError with all violations at once.
 */
export function readConfig(text: string, file: string): Config {
  const parsed = parseConfigText(text);
  if (parsed.violations.length > 0) {
    const lines = parsed.violations.map(
      ({ line, column, message }) => `${file}:${line}:${column} ${message}`,
    );
    throw new ConfigError(file, lines);
  }
  const {
    success,
    data: config,
    error,
  } = configSchema.safeParse(parsed.data, { error: explainIssue });
  const violations = success ? brokenRules(mergeConfig(config)) : placedViolations(error);
  if (config !== undefined && violations.length === 0) return config;
  throw new ConfigError(file, describeViolations(violations, { parsed, file }));
}

function describeViolations(
  violations: readonly PlacedViolation[],
  { parsed, file }: { parsed: ConfigText; file: string },
): readonly string[] {
  return violations
    .map((violation) => ({ ...violation, ...parsed.locate(violation.path, violation) }))
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
