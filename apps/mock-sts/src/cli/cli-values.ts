import { type ParseArgsConfig, parseArgs } from "node:util";
import { didYouMean } from "../checks/nearest-name.ts";
import { UsageError } from "../checks/usage-error.ts";

/**
 * Reads the arguments of a command.
 *
 * @throws UsageError naming the option that is wrong, and the nearest right one.
 */
export function readArguments<const O extends CliOptions>(
  args: readonly string[],
  options: O,
  { mostPositionals = 0 }: { readonly mostPositionals?: number } = {},
) {
  refuseUnknown(args, options);
  const config = { args: [...args], options, strict: true, allowPositionals: true } as const;
  const parsed = parseStrictly(() => parseArgs(config));
  const extra = parsed.positionals[mostPositionals];
  if (extra === undefined) return parsed;
  throw new UsageError(`${JSON.stringify(extra)} is an unexpected argument`);
}

/** Options of a command by their names, as `parseArgs` wants them. */
export type CliOptions = NonNullable<ParseArgsConfig["options"]>;

function parseStrictly<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function refuseUnknown(args: readonly string[], options: CliOptions): void {
  const config = { args: [...args], options, strict: false, tokens: true } as const;
  for (const token of parseArgs(config).tokens) {
    if (token.kind !== "option" || Object.hasOwn(options, token.name)) continue;
    const asked = didYouMean(token.name, Object.keys(options), "--");
    throw new UsageError(`unknown option ${token.rawName}${asked}`);
  }
}

/** Reads one of several words; absent stays absent. */
export function choice<const T extends string>(
  text: string | undefined,
  option: string,
  choices: readonly T[],
): T | undefined {
  if (text === undefined) return undefined;
  const chosen = choices.find((known) => known === text);
  if (chosen !== undefined) return chosen;
  const list = `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
  throw new UsageError(
    `${option} must be ${list}, got ${JSON.stringify(text)}${didYouMean(text, choices)}`,
  );
}

/** Reads an integer; absent stays absent. */
export function integer(
  text: string | undefined,
  option: string,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(
    `${option} must be an integer from ${min} to ${max}, got ${JSON.stringify(text)}`,
  );
}

/** Refuses a blank text; absent stays absent. */
export function notBlank<T extends string | undefined>(text: T, option: string): T {
  if (text?.trim() === "") throw new UsageError(`${option} must not be blank`);
  return text;
}
