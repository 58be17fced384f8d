/** The forms in which `--print-env` prints the environment of an agent, each with its own quoting. */

/** Names of the forms, as the command line has them. */
export const ENVIRONMENT_FORMATS = ["sh", "powershell", "dotenv"] as const;

/** A form in which an environment is printed. */
export type EnvironmentFormat = (typeof ENVIRONMENT_FORMATS)[number];

/** A form that needs a translation: `sh` is how the file is written. */
export type TranslatedFormat = Exclude<EnvironmentFormat, "sh">;

/**
 * Writes an environment in one of the forms, a variable per line.
 *
 * @throws Error naming a variable whose value the form cannot hold.
 */
export function formatEnvironment(
  environment: Readonly<Record<string, string>>,
  format: TranslatedFormat,
): string {
  const writeVariable = WRITERS[format];
  return Object.entries(environment)
    .map(([name, value]) => `${writeVariable(name, value)}\n`)
    .join("");
}

const WRITERS: Readonly<Record<TranslatedFormat, (name: string, value: string) => string>> = {
  powershell: (name, value) => `$env:${name} = ${powershellQuoted(value)}`,
  dotenv: (name, value) => `${name}=${dotenvQuoted(name, value)}`,
};

/**
 * PowerShell leaves text within single quotes unchanged. It takes typographic quotes for the same
 * quote, and each one is written twice.
 */
function powershellQuoted(value: string): string {
  return `'${value.replace(/['\u2018-\u201b]/g, "$&$&")}'`;
}

/** A value without any character that a reader of `.env` files gives a meaning. */
const PLAIN = /^[\w./:@%+,{}-]+$/;

/**
 * Readers of `.env` files agree on a plain value and on one in single quotes. Within double quotes,
 * some of them replace `\` and `$`. Backticks are a quote for Node and the package `dotenv`.
 */
function dotenvQuoted(name: string, value: string): string {
  if (PLAIN.test(value)) return value;
  if (!value.includes("\r")) {
    if (!value.includes("'")) return `'${value}'`;
    if (!/["\\$]/.test(value)) return `"${value}"`;
    if (!value.includes("`")) return `\`${value}\``;
  }
  throw new Error(
    `Cannot print ${name} for a .env file: its value has quotes or line breaks that such a file cannot hold; use --print-env DIR`,
  );
}
