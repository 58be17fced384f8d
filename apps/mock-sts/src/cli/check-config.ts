import { CONFIG_FILE_NAMES } from "../config/config-file.ts";
import { loadConfig } from "../config/config-load.ts";
import type { CliEnvironment } from "./cli-environment.ts";

/**
 * Checks a configuration file.
 *
 * @throws ConfigError with all violations.
 */
export async function checkConfig(
  { file }: { readonly file: string | undefined },
  { folder, print }: Pick<CliEnvironment, "folder" | "print">,
): Promise<void> {
  const source = await loadConfig({ folder, file, over: {} });
  if (source.file === undefined) {
    throw new Error(
      `Cannot check a configuration: found no ${CONFIG_FILE_NAMES.join(", ")} in ${folder}`,
    );
  }
  print(`${source.name} is valid\n`);
}
