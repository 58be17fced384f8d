/** A configuration is wrong; each of the faults names file, line, column and key, and no value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(file: string, faults: readonly string[]) {
    super(`Cannot use ${file}:${faults.map((fault) => `\n  ${fault}`).join("")}`);
    this.faults = faults;
  }
}
