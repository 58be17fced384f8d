import { TokenError } from "@agent-oauth/core";
import { checkOptions, kindOf, type OptionNames } from "@agent-oauth/core/internal";
import { z } from "zod";
import { issueWords } from "./issue-words.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where environment variables are read. */
export interface EnvironmentOptions {
  /** Default: `process.env`, as it is at the call. */
  readonly env?: Environment;
}

/** The name of the only option. */
export const ENVIRONMENT_OPTIONS: OptionNames<EnvironmentOptions> = { env: true };

/**
 * Reads one environment variable.
 *
 * @returns `undefined` if it is not set.
 * @throws TokenError `ERR_TOKEN_CONFIG` if it is set but blank.
 * @throws TypeError naming an option that is unknown or of a wrong type.
 */
export function environmentVariable(
  name: string,
  options: EnvironmentOptions = {},
): string | undefined {
  const value = environmentOf(options)[name];
  if (value === undefined || value.trim() !== "") return value;
  throw new TokenError("ERR_TOKEN_CONFIG", `Cannot read the environment: ${name} is blank`);
}

/**
 * Reads environment variables and checks each with its zod schema. One error names every variable that is missing, blank or
 * wrong. A blank value is wrong even if the schema is optional. Values are never shown.
 *
 * @example
 * ```ts
 * const { AGENT_CLIENT_ID } = readEnvironment({ AGENT_CLIENT_ID: z.string(), AGENT_URL: z.url() });
 * ```
 * @throws TokenError `ERR_TOKEN_CONFIG`.
 * @throws TypeError naming an option that is unknown or of a wrong type.
 */
export function readEnvironment<Shape extends z.ZodRawShape>(
  shape: Shape,
  options: EnvironmentOptions = {},
): z.output<z.ZodObject<Shape>> {
  const env = environmentOf(options);
  const names = Object.keys(shape);
  const values = Object.fromEntries(names.map((name) => [name, env[name]]));
  const result = z.object(shape).safeParse(values, { error: issueWords });
  const violations = names.flatMap((name) => {
    if (values[name]?.trim() === "") return [`${name} is blank`];
    const issue = result.error?.issues.find(({ path }) => path[0] === name);
    if (issue === undefined) return [];
    return [values[name] === undefined ? `${name} is not set` : `${name}: ${issue.message}`];
  });
  if (result.success && violations.length === 0) return result.data;
  throw new TokenError("ERR_TOKEN_CONFIG", `Cannot read the environment: ${violations.join("; ")}`);
}

function environmentOf(options: EnvironmentOptions): Environment {
  checkOptions(options, { doing: "read the environment", names: ENVIRONMENT_OPTIONS });
  const { env = process.env } = options;
  if (typeof env === "object" && env !== null) return env;
  throw new TypeError(
    `Cannot read the environment: "env" must be an object of variables, not ${kindOf(env)}`,
  );
}
