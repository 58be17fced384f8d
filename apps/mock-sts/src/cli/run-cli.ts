import { UsageError } from "../checks/usage-error.ts";
import { BindingFileError } from "./binding/binding-files.ts";
import { type Command, type PrintEnvCommand, parseCommand } from "./cli-arguments.ts";
import type { CliEnvironment } from "./cli-environment.ts";
import { packageVersion } from "./package-version.ts";

/**
 * Runs the command `mock-sts`.
 *
 * @returns the exit code: 0 after an orderly end, 1 if the mock cannot start, 2 for a wrong command line.
 */
export async function runCli(
  args: readonly string[],
  environment: CliEnvironment,
): Promise<number> {
  try {
    await execute(parseCommand(args), environment);
    return 0;
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const hint = isUsage ? "\nTry mock-sts --help\n" : "\n";
    environment.printError(`mock-sts: ${describeError(error)}${hint}`);
    return isUsage ? 2 : 1;
  }
}

/** Each command loads only what it needs: help and the version are printed at once. */
async function execute(command: Command, environment: CliEnvironment): Promise<void> {
  switch (command.kind) {
    case "help":
      return environment.print(command.text);
    case "version":
      return environment.print(`${await packageVersion()}\n`);
    case "print-env":
      return printEnvironment(command, environment);
    case "init":
      return (await import("./init-config.ts")).initConfig(command, environment);
    case "check":
      return (await import("./check-config.ts")).checkConfig(command, environment);
    case "serve":
      return (await import("./cli-serve.ts")).serve(command, environment);
  }
}

async function printEnvironment(
  { folder, format }: PrintEnvCommand,
  { print, trust }: CliEnvironment,
): Promise<void> {
  const { printedEnvironment } = await import("./binding/print-environment.ts");
  print(await printedEnvironment(folder, { format, variables: trust }));
}

function describeError(error: unknown): string {
  if (error instanceof BindingFileError && error.message.endsWith("it exists already")) {
    return `${error.message}; --force replaces it`;
  }
  const { code, port, address } = error as { code?: string; port?: number; address?: string };
  if (code === "EADDRINUSE") return `Cannot listen on ${address} port ${port}: it is in use`;
  if (code === "EACCES") return `Cannot listen on ${address} port ${port}: permission denied`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return `Cannot listen: the host is not an address of this machine (${code})`;
  }
  return error instanceof Error ? error.message : String(error);
}
