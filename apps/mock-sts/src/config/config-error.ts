/** A configuration is invalid; each violation names file, line, column and key, and no value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly violations: readonly string[];

  constructor(file: string, violations: readonly string[]) {
    super(`Cannot use ${file}:${violations.map((violation) => `\n  ${violation}`).join("")}`);
    this.violations = violations;
  }
}
