import { isAbsolute, join, relative } from "node:path";
import { UsageError } from "../checks/usage-error.ts";
import { findConfigFile, readConfigText } from "./config-file.ts";
import { mergeConfig } from "./config-merge.ts";
import { brokenRules } from "./config-rules.ts";
import type { Config } from "./config-schema.ts";

/** Where a mock's configuration comes from. */
export interface ConfigSource {
  /** The file, `undefined` if there is none. */
  readonly file: string | undefined;
  /** What it is called when it is spoken of. */
  readonly name: string;
  readonly text: string;
  /** Its configuration with the command line and the preset. */
  readonly config: Config;
  /** Reads the file's text once more. @throws ConfigError or UsageError saying what is wrong. */
  read(text: string): Config;
}

/** What is asked for. */
export interface ConfigRequest {
  /** The folder that a relative name counts from, and that a file is looked for in. */
  readonly folder: string;
  /** The file; `undefined`: the one of the folder, if there is one. */
  readonly file: string | undefined;
  /** What wins over the file. */
  readonly over: Config;
}

/**
 * Loads a configuration.
 *
 * @throws ConfigError for a file that is wrong, UsageError if it does not go with the command line.
 */
export async function loadConfig({ folder, file, over }: ConfigRequest): Promise<ConfigSource> {
  const asked = file === undefined || isAbsolute(file) ? file : join(folder, file);
  const found = asked ?? (await findConfigFile(folder));
  const name = found === undefined ? "no file" : shortName(folder, found);
  // Without a file, neither the schema nor the YAML library is needed: the start is faster.
  const reader = found === undefined ? undefined : await import("./config-read.ts");
  const read = (text: string): Config => {
    const config = mergeConfig(reader?.readConfig(text, name) ?? {}, over);
    const [broken] = brokenRules(config);
    if (broken === undefined) return config;
    throw new UsageError([...broken.path, broken.message].map(String).join(": "));
  };
  const text = found === undefined ? "" : await readConfigText(found, name);
  return { file: found, name, text, config: read(text), read };
}

/** A file of the folder by its name there, another one by its whole path. */
function shortName(folder: string, file: string): string {
  const name = relative(folder, file);
  return name.startsWith("..") ? file : name;
}
