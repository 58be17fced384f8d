import { didYouMean } from "../checks/nearest-name.ts";
import { UsageError } from "../checks/usage-error.ts";
import type { ClientRegistration } from "../clients/clients.ts";
import type { Config } from "../config/config-schema.ts";
import { PRESET_NAMES, type PresetName } from "../config/preset-names.ts";
import { AGENT_FLOWS, type BindingRequest } from "./binding/binding-request.ts";
import { ENVIRONMENT_FORMATS, type EnvironmentFormat } from "./binding/environment-format.ts";
import { CHECK_USAGE, INIT_USAGE, USAGE } from "./cli-usage.ts";
import { choice, integer, notBlank, readArguments } from "./cli-values.ts";
import { parseClient } from "./command-clients.ts";
import { LOG_FORMATS, type LogFormat } from "./output/cli-log.ts";

/** The command that a command line asks for. */
export type Command =
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "version" }
  | { readonly kind: "check"; readonly file: string | undefined }
  | InitCommand
  | PrintEnvCommand
  | ServeCommand;

/** Print the environment of an agent. */
export interface PrintEnvCommand {
  readonly kind: "print-env";
  /** The folder that a mock wrote its files into. */
  readonly folder: string;
  readonly format: EnvironmentFormat;
}

/** Write a commented configuration file. */
export interface InitCommand {
  readonly kind: "init";
  readonly file: string;
  readonly force: boolean;
  readonly preset: PresetName | undefined;
}

/** Start the mock. */
export interface ServeCommand {
  readonly kind: "serve";
  /** The configuration file; `undefined`: the one in the folder, if there is one. */
  readonly configFile: string | undefined;
  /** The settings that win over the file. */
  readonly config: Config;
  /** Clients in addition to those of the file. */
  readonly clients: readonly ClientRegistration[];
  readonly binding: BindingRequest | undefined;
  /** `undefined`: `pretty` on a terminal, else `json`. */
  readonly log: LogFormat | undefined;
  readonly color: boolean;
  readonly openUi: boolean;
}

/**
 * Reads a command line.
 *
 * @throws UsageError naming the option that is wrong.
 */
export function parseCommand(args: readonly string[]): Command {
  const [command = "", ...rest] = args;
  if (command.startsWith("-") || command === "") return parseServe(args);
  if (command === "serve") return parseServe(rest);
  if (command === "init") return parseInit(rest);
  if (command === "check") return parseCheck(rest);
  if (command === "help") return parseCommand([...rest, "--help"]);
  const asked = didYouMean(command, ["init", "check", "serve", "help"]);
  throw new UsageError(`unknown command ${JSON.stringify(command)}${asked}`);
}

const HELP = { help: { type: "boolean", short: "h" } } as const;

function parseInit(args: readonly string[]): Command {
  const options = { ...HELP, preset: { type: "string" }, force: { type: "boolean" } } as const;
  const { values, positionals } = readArguments(args, options, { mostPositionals: 1 });
  if (values.help) return { kind: "help", text: INIT_USAGE };
  const [file = "mock-sts.yaml"] = positionals;
  if (file.endsWith(".json")) {
    throw new UsageError("init writes YAML, as JSON has no comments: call the file .yaml");
  }
  const preset = choice(values.preset, "--preset", PRESET_NAMES);
  return { kind: "init", file: notBlank(file, "FILE"), force: values.force ?? false, preset };
}

function parseCheck(args: readonly string[]): Command {
  const { values, positionals } = readArguments(args, HELP, { mostPositionals: 1 });
  if (values.help) return { kind: "help", text: CHECK_USAGE };
  return { kind: "check", file: notBlank(positionals[0], "FILE") };
}

const SERVE_OPTIONS = {
  ...HELP,
  version: { type: "boolean" },
  config: { type: "string" },
  preset: { type: "string" },
  scenario: { type: "string" },
  seed: { type: "string" },
  port: { type: "string" },
  "gateway-port": { type: "string" },
  host: { type: "string" },
  http: { type: "boolean" },
  flow: { type: "string" },
  "print-env": { type: "string" },
  "write-binding": { type: "string" },
  user: { type: "string", multiple: true },
  force: { type: "boolean" },
  "public-client": { type: "boolean" },
  client: { type: "string", multiple: true },
  "token-lifetime": { type: "string" },
  "record-secrets": { type: "boolean" },
  log: { type: "string" },
  "no-color": { type: "boolean" },
  ui: { type: "boolean" },
} as const;

type Values = ReturnType<typeof readArguments<typeof SERVE_OPTIONS>>["values"];

function parseServe(args: readonly string[]): Command {
  // Only --print-env=FORMAT is followed by a folder.
  const mostPositionals = args.some((arg) => arg.startsWith("--print-env=")) ? 1 : 0;
  const { values, positionals } = readArguments(args, SERVE_OPTIONS, { mostPositionals });
  if (values.help) return { kind: "help", text: USAGE };
  if (values.version) return { kind: "version" };
  if (values["print-env"] !== undefined) return parsePrintEnv(values, positionals[0]);
  return {
    kind: "serve",
    configFile: notBlank(values.config, "--config"),
    config: configOf(values),
    clients: (values.client ?? []).map(parseClient),
    binding: bindingRequest(values),
    log: choice(values.log, "--log", LOG_FORMATS),
    color: values["no-color"] !== true,
    openUi: values.ui ?? false,
  };
}

/**
 * Reads `--print-env DIR` and `--print-env=FORMAT DIR`. The mock got its options when it was started:
 * nothing else can be said here.
 */
function parsePrintEnv(values: Values, folder: string | undefined): PrintEnvCommand {
  const { "print-env": text, ...others } = values;
  const [other] = Object.keys(others);
  if (other !== undefined) throw new UsageError(`--print-env cannot be combined with --${other}`);
  const isFormat = ENVIRONMENT_FORMATS.some((format) => format === text);
  if (folder === undefined && !isFormat) {
    return { kind: "print-env", folder: notBlank(text ?? "", "--print-env"), format: "sh" };
  }
  const format = choice(text, "--print-env=FORMAT DIR: FORMAT", ENVIRONMENT_FORMATS) ?? "sh";
  if (folder === undefined) {
    throw new UsageError(
      `--print-env=${format} needs a folder: --print-env=${format} DIR (a folder of this name is ./${format})`,
    );
  }
  return { kind: "print-env", folder: notBlank(folder, "DIR"), format };
}

function configOf(values: Values): Config {
  const preset = choice(values.preset, "--preset", PRESET_NAMES);
  const scenario = notBlank(values.scenario, "--scenario");
  const seed = integer(values.seed, "--seed", { min: 0, max: Number.MAX_SAFE_INTEGER });
  const port = integer(values.port, "--port", { min: 0, max: 65_535 });
  const gatewayPort = integer(values["gateway-port"], "--gateway-port", { min: 0, max: 65_535 });
  const lifetime = integer(values["token-lifetime"], "--token-lifetime", { min: 1, max: 43_200 });
  const host = notBlank(values.host, "--host");
  if (port !== undefined && port !== 0 && port === gatewayPort) {
    throw new UsageError("--port and --gateway-port must differ");
  }
  return {
    ...(preset !== undefined && { preset }),
    ...(scenario !== undefined && { scenario }),
    ...(seed !== undefined && { seed }),
    ...(port !== undefined && { port }),
    ...(gatewayPort !== undefined && { gatewayPort }),
    ...(host !== undefined && { host }),
    ...(values.http === true && { insecureHttp: true }),
    ...(values["public-client"] === true && { sts: { publicClient: true } }),
    ...(values["record-secrets"] === true && { recordSecrets: true }),
    ...(lifetime !== undefined && { tokenLifetimeMs: lifetime * 1000 }),
  };
}

function bindingRequest(values: Values): BindingRequest | undefined {
  const { "write-binding": folder, force = false, user: users = [] } = values;
  const flow = choice(values.flow, "--flow", AGENT_FLOWS);
  if (folder !== undefined) {
    for (const user of users) notBlank(user, "--user");
    return { folder: notBlank(folder, "--write-binding"), force, flow, users };
  }
  const needless = (["flow", "force", "user"] as const).find((name) => values[name] !== undefined);
  if (needless !== undefined) throw new UsageError(`--${needless} needs --write-binding`);
  return undefined;
}
