import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  agentBindingFiles,
  agentEnvironment,
  environmentFile,
  userTokenFile,
} from "./agent-binding.ts";
import { BindingFileError, writeBindingFiles } from "./binding-files.ts";
import {
  type BindingRequest,
  parseCommand,
  type ServeCommand,
  UsageError,
  usage,
} from "./cli-arguments.ts";
import { documentPath } from "./control-paths.ts";
import { type MockSts, startMockSts } from "./mock-sts.ts";
import { formatRequest } from "./request-log.ts";

/** The world as the command line tool sees it. */
export interface CliEnvironment {
  /** Prints what was asked for. */
  readonly print: (text: string) => void;
  /** Prints what went wrong. */
  readonly printError: (text: string) => void;
  /** Resolves when the user wants the mock to end. */
  readonly stopped: Promise<unknown>;
}

/**
 * Runs the command `mock-sts`.
 *
 * @returns the exit code: 0 after an orderly end, 1 if the mock cannot start, 2 for a wrong command line.
 */
export async function runCli(args: readonly string[], world: CliEnvironment): Promise<number> {
  try {
    const command = parseCommand(args);
    if (command.kind === "help") world.print(usage);
    else if (command.kind === "version") world.print(`${await readVersion()}\n`);
    else if (command.kind === "print-env") world.print(await readEnvironment(command.folder));
    else await serve(command, world);
    return 0;
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const hint = isUsage ? "\nTry mock-sts --help\n" : "\n";
    world.printError(`mock-sts: ${describeError(error)}${hint}`);
    return isUsage ? 2 : 1;
  }
}

async function serve({ options, binding }: ServeCommand, world: CliEnvironment): Promise<void> {
  const onAnswer = (request: Parameters<typeof formatRequest>[0]) =>
    world.print(`${formatRequest(request)}\n`);
  const mock = await startMockSts({ ...options, onAnswer });
  try {
    if (binding !== undefined) {
      await writeBindingFiles(binding.folder, await agentBindingFiles(mock, binding), binding);
    }
    world.print(describeMock(mock, binding));
    await world.stopped;
  } finally {
    await mock.close();
  }
}

function describeMock(mock: MockSts, binding: BindingRequest | undefined): string {
  const line = (name: string, text: string) => `    ${name.padEnd(14)} ${text}`;
  const servers = mock.mcpServers.map(({ name, url }) => line(name, url));
  const ofSts = mock.sts.mcpServers.map(({ audience, url }) => line(audience, url));
  const subscribers = mock.tenants
    .filter(({ isProvider }) => !isProvider)
    .map(({ subdomain, gatewayUrl }) => line(subdomain, gatewayUrl));
  return `${[
    "mock-sts is ready",
    `  token endpoint   ${mock.tokenEndpoint}`,
    `  issuer           ${mock.issuer}`,
    `  gateway          ${mock.gatewayUrl}`,
    `  agent            ${mock.clientId}, by client certificate`,
    "  MCP servers",
    ...servers,
    `  XSUAA            ${mock.url}/{tenant}/oauth/token`,
    `  destination      ${mock.iasDestination}, at ${mock.url}`,
    "  tenants and their gateways",
    ...subscribers,
    `  token exchange   STS_WELL_KNOWN_URI=${mock.sts.wellKnownUri}`,
    "                   clients prove themselves; with --public-client they need not",
    "  audiences and their MCP servers, which take exchanged tokens only",
    ...ofSts,
    `  controls         ${mock.controlUrl}, see ${mock.controlUrl}${documentPath}`,
    `  admin token      ${mock.adminToken}, which shows secrets`,
    ...describeBinding(mock, binding),
    "  Ctrl+C ends it; certificates and keys are new at each start",
  ].join("\n")}\n`;
}

function describeBinding(mock: MockSts, binding: BindingRequest | undefined): string[] {
  if (binding === undefined) {
    return ["  Start with --write-binding DIR to get bindings for an agent"];
  }
  const { folder, users } = binding;
  const environment = Object.entries(agentEnvironment(mock, binding));
  return [
    `  Start an agent with this environment, also by  . ${join(folder, environmentFile)}`,
    ...environment.map(([name, value]) => `    ${name}=${value}`),
    ...users.map((user) => `    user token       ${join(folder, userTokenFile(user))}`),
  ];
}

function describeError(error: unknown): string {
  if (error instanceof BindingFileError && error.message.endsWith("it exists already")) {
    return `${error.message}; --force replaces it`;
  }
  const { code, port, address } = error as { code?: string; port?: number; address?: string };
  if (code === "EADDRINUSE") return `Cannot listen on ${address} port ${port}: it is in use`;
  if (code === "EACCES") return `Cannot listen on ${address} port ${port}: permission denied`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return `Cannot listen: --host is no address of this machine (${code})`;
  }
  return error instanceof Error ? error.message : String(error);
}

async function readEnvironment(folder: string): Promise<string> {
  const file = join(folder, environmentFile);
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new Error(`Cannot read ${file}: start mock-sts with --write-binding ${folder} first`);
  }
}

async function readVersion(): Promise<string> {
  const manifest = await readFile(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
