import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BindingFileError, type BindingFiles, writeBindingFiles } from "./binding-files.ts";
import {
  type BindingRequest,
  parseCommand,
  type ServeCommand,
  UsageError,
  usage,
} from "./cli-arguments.ts";
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

/** Lifetime of the user tokens that are written to files, in milliseconds. */
const userTokenLifetimeMs = 43_200_000;

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
      await writeBindingFiles(binding.folder, await bindingFiles(mock, binding), binding);
    }
    world.print(describeMock(mock, binding));
    await world.stopped;
  } finally {
    await mock.close();
  }
}

async function bindingFiles(mock: MockSts, { users }: BindingRequest): Promise<BindingFiles> {
  const tokens = users.map(async (sub) => {
    const token = await mock.userToken({ sub, expiresInMs: userTokenLifetimeMs });
    return [userTokenFile(sub), token] as const;
  });
  return {
    "agent-gateway/type": "integration-credentials",
    "agent-gateway/credentials": `${JSON.stringify(mock.credentials(), undefined, 2)}\n`,
    "ca.pem": mock.ca,
    ...Object.fromEntries(await Promise.all(tokens)),
  };
}

function userTokenFile(sub: string): string {
  return `${encodeURIComponent(sub)}.jwt`;
}

function describeMock(mock: MockSts, binding: BindingRequest | undefined): string {
  const servers = mock.mcpServers.map(({ name, url }) => `    ${name.padEnd(14)} ${url}`);
  return `${[
    "mock-sts is ready",
    `  token endpoint   ${mock.tokenEndpoint}`,
    `  issuer           ${mock.issuer}`,
    `  gateway          ${mock.gatewayUrl}`,
    `  agent            ${mock.clientId}, by client certificate`,
    "  MCP servers",
    ...servers,
    ...describeBinding(binding),
    "  Ctrl+C ends it; certificates and keys are new at each start",
  ].join("\n")}\n`;
}

function describeBinding(binding: BindingRequest | undefined): string[] {
  if (binding === undefined) {
    return ["  Start with --write-binding DIR to get credentials for an agent"];
  }
  const { folder, users } = binding;
  return [
    "  Start an agent in the customer flow with",
    `    SERVICE_BINDING_ROOT=${folder}`,
    `    NODE_EXTRA_CA_CERTS=${join(folder, "ca.pem")}`,
    ...users.map((sub) => `    user token       ${join(folder, userTokenFile(sub))}`),
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

async function readVersion(): Promise<string> {
  const manifest = await readFile(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
