import { isAbsolute, join, relative } from "node:path";
import { UsageError } from "../checks/usage-error.ts";
import { findConfigFile, readConfigText } from "./config-file.ts";
import { mergeConfig } from "./config-merge.ts";
import { brokenRules } from "./config-rules.ts";
import type { Config } from "./config-schema.ts";

/** The source of a mock's configuration. */
export interface ConfigSource {
  /** The file, `undefined` if there is none. */
  readonly file: string | undefined;
  /** The name of the source in messages. */
  readonly name: string;
  readonly text: string;
  /** Its configuration with the command line and the preset. */
  readonly config: Config;
  /** Reads the file's text once more. @throws ConfigError or UsageError saying what is wrong. */
  read(text: string): Config;
}

/** The configuration to load. */
export interface ConfigRequest {
  /** The folder that relative names are resolved against, and that is searched for a file. */
  readonly folder: string;
  /** The file; `undefined`: the one in the folder, if there is one. */
  readonly file: string | undefined;
  /** The settings that win over the file. */
  readonly over: Config;
}

/**
 * Loads a configuration.
 *
 * @throws ConfigError for an invalid file, UsageError if the file and the command line contradict
 *   each other.
 */
export async function loadConfig({ folder, file, over }: ConfigRequest): Promise<ConfigSource> {
  const asked = file === undefined || isAbsolute(file) ? file : join(folder, file);
  const found = asked ?? (await findConfigFile(folder));
  const name = found === undefined ? "no file" : shortName(folder, found);
  // Without a file, the schema and the YAML library are not loaded: the start is faster.
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

/** Names a file of the folder by its relative path, any other file by its whole path. */
function shortName(folder: string, file: string): string {
  const name = relative(folder, file);
  return name.startsWith("..") ? file : name;
}
