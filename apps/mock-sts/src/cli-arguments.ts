import { parseArgs } from "node:util";
import type { MockStsOptions } from "./options.ts";

/** What a command line asks for. */
export type Command =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | PrintEnvironmentCommand
  | ServeCommand;

/** Print the environment of the agents of a mock that wrote its binding to a folder. */
export interface PrintEnvironmentCommand {
  readonly kind: "print-env";
  readonly folder: string;
}

/** Start the mock. */
export interface ServeCommand {
  readonly kind: "serve";
  readonly options: MockStsOptions;
  readonly binding: BindingRequest | undefined;
}

/** How an agent gets its tokens. */
export type AgentFlow = (typeof agentFlows)[number];

const agentFlows = ["customer", "lob", "sts"] as const;

/** Write files an agent can start from. */
export interface BindingRequest {
  readonly folder: string;
  readonly force: boolean;
  /** Flows to write bindings and the environment for. */
  readonly flows: readonly AgentFlow[];
  /** Users to write tokens for. */
  readonly users: readonly string[];
}

/** The command line is wrong; the message names the option. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What `--help` prints. */
export const usage = `Usage: mock-sts [options]

Starts a token server like SAP Cloud Identity Services, XSUAA and the Destination Service, a token
exchange service (STS), and an Agent Gateway with MCP servers, all over TLS, for development and tests.

Options:
  --port PORT             port of the token server (default: any free port)
  --gateway-port PORT     port of the gateway (default: any free port)
  --host ADDRESS          address to bind (default: 127.0.0.1)
  --http                  plain HTTP, and so no client certificates
  --write-binding DIR     write DIR/agent-gateway/ (customer flow), DIR/destination/ (line-of-business
                          flow), DIR/ca.pem and DIR/env.sh
  --flow FLOW             with --write-binding: write the binding or environment of this flow only,
                          customer, lob or sts; an agent that finds several takes one of them
  --user NAME[@TENANT]    with --write-binding: write DIR/NAME.jwt too, a user token for 12 hours;
                          may be repeated
  --force                 with --write-binding: replace files that exist
  --print-env DIR         start nothing: print the environment of the mock that wrote DIR, for
                          eval "$(mock-sts --print-env DIR)"
  --public-client         let the STS exchange tokens of clients that name and prove nothing, as kagent's
  --token-lifetime SEC    lifetime of access tokens in seconds, 1 to 43200 (default: 3600)
  --record-secrets        keep the values of tokens; over HTTP the printed admin token shows them
  --help                  print this text
  --version               print the version
`;

const options = {
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
  "token-lifetime": { type: "string" },
  "record-secrets": { type: "boolean" },
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
  if (values["print-env"] !== undefined) return printEnvironment(values, values["print-env"]);
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
      ...(values.http === true && { insecureHttp: true }),
      ...(values.host !== undefined && { host: notBlank(values.host, "--host") }),
      ...(values["public-client"] === true && { sts: { publicClient: true } }),
      ...(values["record-secrets"] === true && { recordSecrets: true }),
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

/** What a mock is like was said when it was started. */
function printEnvironment(values: Values, folder: string): PrintEnvironmentCommand {
  const other = Object.keys(values).find((name) => name !== "print-env");
  if (other !== undefined) throw new UsageError(`--print-env cannot be combined with --${other}`);
  return { kind: "print-env", folder: notBlank(folder, "--print-env") };
}

function bindingRequest(values: Values): BindingRequest | undefined {
  const { "write-binding": folder, force = false, user: users = [] } = values;
  if (folder !== undefined) {
    for (const user of users) notBlank(user, "--user");
    const flows = values.flow === undefined ? agentFlows : [agentFlow(values.flow)];
    return { folder: notBlank(folder, "--write-binding"), force, flows, users };
  }
  if (values.flow !== undefined) throw new UsageError("--flow needs --write-binding");
  if (force) throw new UsageError("--force needs --write-binding");
  if (users.length > 0) throw new UsageError("--user needs --write-binding");
  return undefined;
}

function agentFlow(text: string): AgentFlow {
  const flow = agentFlows.find((known) => known === text);
  if (flow !== undefined) return flow;
  throw new UsageError(`--flow must be customer, lob or sts, got ${JSON.stringify(text)}`);
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
