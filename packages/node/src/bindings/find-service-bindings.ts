import { join, resolve } from "node:path";
import {
  checkOptions,
  type OptionNames,
  pickOptions,
  textOption,
} from "@agent-oauth/core/internal";
import {
  ENVIRONMENT_OPTIONS,
  type EnvironmentOptions,
  environmentVariable,
} from "../environment/read-environment.ts";
import { readTextFile } from "../watched-file/text-file.ts";
import { visibleNames } from "../watched-file/visible-names.ts";
import { rootKeyType } from "./root-key.ts";
import type { ServiceBinding } from "./service-binding.ts";

const OPTIONS: OptionNames<FindServiceBindingsOptions> = { env: true, root: true, type: true };

/**
 * Returns the directory where service bindings are mounted: `SERVICE_BINDING_ROOT`, else `/bindings`.
 *
 * @throws TokenError `ERR_TOKEN_CONFIG` if the variable is blank, which would mean the working directory.
 */
export function serviceBindingRoot(options: EnvironmentOptions = {}): string {
  return resolve(environmentVariable("SERVICE_BINDING_ROOT", options) ?? "/bindings");
}

/** Options of {@link findServiceBindings}. */
export interface FindServiceBindingsOptions extends EnvironmentOptions {
  /** The directory of bindings. Default: {@link serviceBindingRoot}. */
  readonly root?: string;
  /** Only bindings of this type, compared exactly. Default: all. */
  readonly type?: string;
}

/**
 * Lists the mounted service bindings, sorted by name. Only their `type` and `provider` are read. A directory without a
 * `type` is not a binding, unless its only file is a JSON object that names the type, as SAP's operator writes it with a
 * `secretRootKey`. Hidden directories belong to Kubernetes. A root that does not exist has no bindings.
 *
 * @example
 * ```ts
 * const [binding] = await findServiceBindings({ type: "destination" });
 * ```
 * @throws TokenError `ERR_TOKEN_CONFIG` naming the directory or file that cannot be read.
 * @throws TypeError naming an option that is unknown, blank or of a wrong type.
 * @see {@link https://servicebinding.io/spec/core/1.1.0/#workload-projection Service Binding: Workload Projection}
 */
export async function findServiceBindings(
  options: FindServiceBindingsOptions = {},
): Promise<readonly ServiceBinding[]> {
  const doing = "find service bindings";
  checkOptions(options, { doing, names: OPTIONS });
  const environment = pickOptions<EnvironmentOptions>(options, ENVIRONMENT_OPTIONS);
  const { root = serviceBindingRoot(environment), type } = options;
  if (type !== undefined) textOption(type, { option: "type", doing });
  const directory = resolve(textOption(root, { option: "root", doing }));
  const names = await visibleNames(directory, "directory");
  const bindings = await Promise.all(names.map((name) => readBinding(directory, name)));
  return bindings
    .filter((binding) => binding !== undefined)
    .filter((binding) => type === undefined || binding.type === type);
}

async function readBinding(root: string, name: string): Promise<ServiceBinding | undefined> {
  const directory = join(root, name);
  const entries = await visibleNames(directory, "file");
  const type = entries.includes("type")
    ? await describe(directory, entries, "type")
    : await rootKeyType(directory, entries);
  if (type === undefined) return undefined;
  const provider = await describe(directory, entries, "provider");
  return Object.freeze({ name, type, provider, directory, entries });
}

async function describe(directory: string, entries: readonly string[], name: string) {
  if (!entries.includes(name)) return undefined;
  const { text } = await readTextFile(join(directory, name));
  return text.trim() || undefined;
}
