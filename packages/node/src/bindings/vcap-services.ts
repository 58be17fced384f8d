import { TokenError } from "@agent-oauth/core";
import { shownName } from "@agent-oauth/core/internal";
import { z } from "zod";
import { type EnvironmentOptions, environmentVariable } from "../environment/read-environment.ts";
import { readTextFile } from "../watched-file/text-file.ts";

/** One service that Cloud Foundry has bound to this application. */
export interface VcapService {
  /** The binding's or instance's name. */
  readonly name: string;
  /** The kind of service, such as `"destination"`. */
  readonly label: string;
  readonly credentials: Readonly<Record<string, unknown>>;
}

const VARIABLE = "VCAP_SERVICES";
const FILE_VARIABLE = "VCAP_SERVICES_FILE_PATH";

const service = z.object({
  name: z.string(),
  label: z.string().optional(),
  // User-provided services may have none.
  credentials: z.record(z.string(), z.unknown()).nullish(),
});
const services = z.record(z.string(), z.array(service));

/**
 * Lists the services that are bound to an application on Cloud Foundry, from the file that `VCAP_SERVICES_FILE_PATH` names, else from
 * `VCAP_SERVICES`.
 *
 * @returns `undefined` if neither is set.
 * @throws TokenError `ERR_TOKEN_CONFIG` naming the variable, if the file does not exist or the content is not as expected.
 * @see {@link https://docs.cloudfoundry.org/devguide/deploy-apps/environment-variable.html Cloud Foundry environment variables}
 */
export async function readVcapServices(
  options: EnvironmentOptions = {},
): Promise<readonly VcapService[] | undefined> {
  const path = environmentVariable(FILE_VARIABLE, options);
  const variable = path === undefined ? VARIABLE : FILE_VARIABLE;
  const text =
    path === undefined ? environmentVariable(VARIABLE, options) : await readServicesFile(path);
  if (text === undefined) return undefined;
  const checked = services.safeParse(parseJson(text, variable));
  if (checked.success) return Object.entries(checked.data).flatMap(servicesOf);
  const where = shownName(checked.error.issues[0]?.path.join(".") ?? "");
  throw unusable(variable, `it does not list services as expected, see ${where}`);
}

function servicesOf([key, listed]: [string, z.output<typeof service>[]]): VcapService[] {
  return listed.map(({ name, label = key, credentials }) => ({
    name,
    label,
    credentials: credentials ?? {},
  }));
}

async function readServicesFile(path: string): Promise<string> {
  try {
    return (await readTextFile(path)).text;
  } catch (error) {
    if (!TokenError.isInstance(error)) throw error;
    const cause = error.cause instanceof Error ? error.cause : undefined;
    throw unusable(FILE_VARIABLE, error.message.replace(/^Cannot/, "cannot"), cause);
  }
}

function parseJson(text: string, variable: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which holds secrets.
    throw unusable(variable, "it is not JSON");
  }
}

function unusable(variable: string, reason: string, cause?: Error): TokenError {
  return new TokenError("ERR_TOKEN_CONFIG", `Cannot use ${variable}: ${reason}`, { cause });
}
