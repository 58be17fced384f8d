import { TokenError } from "@agent-oauth/core";
import { isPlainObject, kindOf, shownName } from "@agent-oauth/core/internal";
import { type EnvironmentOptions, environmentVariable } from "../environment/read-environment.ts";
import { readTextFile } from "../watched-file/text-file.ts";

/** One service that Cloud Foundry has bound to this application. */
export interface VcapService {
  /** The binding's or instance's name, else the label: files for local tests often have no name. */
  readonly name: string;
  /** The kind of service, such as `"destination"`. */
  readonly label: string;
  /** Empty if there are none. */
  readonly tags: readonly string[];
  readonly credentials: Readonly<Record<string, unknown>>;
  /** Why the entry cannot be used. It does not spoil the others. */
  readonly failure?: TokenError;
}

const VARIABLE = "VCAP_SERVICES";
const FILE_VARIABLE = "VCAP_SERVICES_FILE_PATH";

/**
 * Lists the services that are bound to an application on Cloud Foundry, from the file that `VCAP_SERVICES_FILE_PATH` names, else from
 * `VCAP_SERVICES`. Either may hold the whole `default-env.json` of SAP's local tools, in which the services are the member
 * `VCAP_SERVICES`. An entry that is not as expected is listed with its `failure`.
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
  const services = servicesByLabel(text, variable);
  return Object.entries(services).flatMap(([key, listed]) =>
    // A person who writes it by hand may leave the list out where there is one.
    (Array.isArray(listed) ? listed : [listed]).map((entry) => serviceOf(entry, { key, variable })),
  );
}

/** The services, also out of a `default-env.json`, where they may be JSON once more. */
function servicesByLabel(text: string, variable: string): Readonly<Record<string, unknown>> {
  const value = parseJson(text, variable);
  const wrapped = isPlainObject(value) && VARIABLE in value ? value[VARIABLE] : value;
  const services = typeof wrapped === "string" ? parseJson(wrapped, variable) : wrapped;
  if (isPlainObject(services)) return services;
  const what = wrapped === value ? "it" : `its member "${VARIABLE}"`;
  throw unusable(
    variable,
    `${what} must be an object with a list of services for each label, not ${kindOf(services)}`,
  );
}

function serviceOf(
  entry: unknown,
  { key, variable }: { readonly key: string; readonly variable: string },
): VcapService {
  const { name, binding_name, instance_name, label, tags, credentials } = isPlainObject(entry)
    ? entry
    : {};
  const names = [name, binding_name, instance_name, label, key].filter(isName);
  const service = {
    name: names[0] ?? key,
    label: isName(label) ? label : key,
    tags: Array.isArray(tags) ? tags.filter(isName) : [],
  };
  // User-provided services may have none.
  const usable = isPlainObject(entry) ? (credentials ?? {}) : entry;
  if (isPlainObject(usable)) return { ...service, credentials: usable };
  const what = isPlainObject(entry) ? 'the "credentials"' : "an entry";
  const reason = `${what} of ${shownName(key)} must be an object, not ${kindOf(usable)}`;
  return { ...service, credentials: {}, failure: unusable(variable, reason) };
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
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
