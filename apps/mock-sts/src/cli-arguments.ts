import { parseArgs } from "node:util";
import type { MockStsOptions } from "./options.ts";

/** What a command line asks for. */
export type Command = { readonly kind: "help" } | { readonly kind: "version" } | ServeCommand;

/** Start the mock. */
export interface ServeCommand {
  readonly kind: "serve";
  readonly options: MockStsOptions;
  readonly binding: BindingRequest | undefined;
}

/** Write files an agent can start from. */
export interface BindingRequest {
  readonly folder: string;
  readonly force: boolean;
  /** Users to write tokens for. */
  readonly users: readonly string[];
}

/** The command line is wrong; the message names the option. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What `--help` prints. */
export const usage = `Usage: mock-sts [options]

Starts a token server like SAP Cloud Identity Services and an Agent Gateway with MCP servers,
both over TLS, for development and tests.

Options:
  --port PORT             port of the token server (default: any free port)
  --gateway-port PORT     port of the gateway (default: any free port)
  --host ADDRESS          address to bind (default: 127.0.0.1)
  --write-binding DIR     write DIR/agent-gateway/{type,credentials} and DIR/ca.pem
  --user NAME             with --write-binding: write DIR/NAME.jwt too, a user token for 12 hours;
                          may be repeated
  --force                 with --write-binding: replace files that exist
  --token-lifetime SEC    lifetime of access tokens in seconds, 1 to 43200 (default: 3600)
  --help                  print this text
  --version               print the version
`;

const options = {
  port: { type: "string" },
  "gateway-port": { type: "string" },
  host: { type: "string" },
  "write-binding": { type: "string" },
  user: { type: "string", multiple: true },
  force: { type: "boolean" },
  "token-lifetime": { type: "string" },
  help: { type: "boolean" },
  version: { type: "boolean" },
} as const;

/**
 * Reads a command line.
 *
 * @throws UsageError naming the option that is wrong.
 */
export function parseCommand(args: readonly string[]): Command {
  const values = readOptions(args);
  if (values.help) return { kind: "help" };
  if (values.version) return { kind: "version" };
  const port = integer(values.port, "--port", { min: 0, max: 65_535 });
  const gatewayPort = integer(values["gateway-port"], "--gateway-port", { min: 0, max: 65_535 });
  const lifetime = integer(values["token-lifetime"], "--token-lifetime", { min: 1, max: 43_200 });
  if (port !== undefined && port !== 0 && port === gatewayPort) {
    throw new UsageError("--port and --gateway-port must differ");
  }
  return {
    kind: "serve",
    binding: bindingRequest(values),
    options: {
      ...(port !== undefined && { port }),
      ...(gatewayPort !== undefined && { gatewayPort }),
      ...(values.host !== undefined && { host: notBlank(values.host, "--host") }),
      ...(lifetime !== undefined && { tokenLifetimeMs: lifetime * 1000 }),
    },
  };
}

type Values = ReturnType<typeof readOptions>;

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function bindingRequest(values: Values): BindingRequest | undefined {
  const { "write-binding": folder, force = false, user: users = [] } = values;
  if (folder !== undefined) {
    for (const user of users) notBlank(user, "--user");
    return { folder: notBlank(folder, "--write-binding"), force, users };
  }
  if (force) throw new UsageError("--force needs --write-binding");
  if (users.length > 0) throw new UsageError("--user needs --write-binding");
  return undefined;
}

function integer(
  text: string | undefined,
  option: string,
  { min, max }: { min: number; max: number },
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(
    `${option} must be an integer from ${min} to ${max}, got ${JSON.stringify(text)}`,
  );
}

function notBlank(text: string, option: string): string {
  if (text.trim() === "") throw new UsageError(`${option} must not be blank`);
  return text;
}
