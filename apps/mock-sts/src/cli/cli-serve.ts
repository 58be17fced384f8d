import { applyLiveConfig, type LiveMock } from "../config/config-live.ts";
import { type ConfigSource, loadConfig } from "../config/config-load.ts";
import { optionsOf } from "../config/config-rules.ts";
import type { Config } from "../config/config-schema.ts";
import { watchConfigText } from "../config/config-watch.ts";
import type { MockSts } from "../mock-sts.ts";
import type { MockStsOptions } from "../options/options.ts";
import type { AgentBinding } from "./binding/agent-binding.ts";
import { servedFlows } from "./binding/served-flows.ts";
import type { ServeCommand } from "./cli-arguments.ts";
import type { CliEnvironment } from "./cli-environment.ts";
import { TRANSPARENT_CLIENT } from "./command-clients.ts";
import { type CliLog, createLog } from "./output/cli-log.ts";
import { describeMock } from "./output/describe-mock.ts";
import { readyFields } from "./output/ready-fields.ts";
import type { StartInfo } from "./output/start-info.ts";
import { createPaint } from "./output/terminal-style.ts";
import { packageVersion } from "./package-version.ts";
import { prepareBinding } from "./prepare-binding.ts";
import { startOnPorts } from "./start-on-ports.ts";

/** Runs a mock until the user wants it to end, or is gone. */
export async function serve(command: ServeCommand, environment: CliEnvironment): Promise<void> {
  const { config: over } = command;
  // No other command may read the standard input, which can be that of a script.
  const stopped = Promise.race([environment.stopped, environment.untilAbandoned()]);
  const source = await loadConfig({ folder: environment.folder, file: command.configFile, over });
  const colors = command.color && environment.hasColors;
  const format = command.log ?? (environment.isTerminal ? "pretty" : "json");
  const log = createLog(format, { print: environment.print, colors });
  const options = { ...optionsOf(source.config), ...commandClients(source.config, command) };
  const { mock, notes } = await startOnPorts(
    { ...options, onAnswer: log.request },
    environment.ports,
  );
  let unwatch = () => {};
  try {
    const live = applyLiveConfig(mock.controls, source.config);
    const { flow } = command.binding ?? {};
    const flows = servedFlows(mock, { flow, preset: source.config.preset });
    const binding = await prepareBinding(mock, { command, source, flows, environment });
    const info: StartInfo = {
      version: await packageVersion(),
      binding,
      flows,
      clientIds: command.clients.map(({ clientId }) => clientId),
      config: describeSource(source),
      notes: [...notes, ...schemeNotes(mock, binding)],
    };
    const screen = describeMock(mock, info, createPaint({ colors }));
    const fields = readyFields(mock, info);
    unwatch = await follow(source, { live, log });
    log.event({ event: "ready", message: "mock-sts is ready", screen, fields });
    // Programs keep their log, and its readers may not be allowed to see secrets.
    if (format === "json") {
      environment.printError(`mock-sts: the admin token is ${mock.adminToken}\n`);
    }
    if (command.openUi) await openDashboard(mock, { environment, log });
    await stopped;
    log.event({ event: "stopping", message: "mock-sts stops" });
  } finally {
    unwatch();
    await mock.close();
  }
}

/** The clients of the command line are further ones: those of the file stay. */
function commandClients(
  { clients = [] }: Config,
  command: ServeCommand,
): Pick<MockStsOptions, "clients"> {
  const isTransparent = command.binding?.flow === "transparent";
  return {
    clients: [...clients, ...command.clients, ...(isTransparent ? [TRANSPARENT_CLIENT] : [])],
  };
}

function describeSource({ file, name, config }: ConfigSource): string {
  const { preset, scenario } = config;
  return [
    file === undefined ? "defaults" : `${name}, followed`,
    ...(preset === undefined ? [] : [`preset ${preset}`]),
    ...(scenario === undefined ? [] : [`scenario ${scenario}`]),
  ].join("; ");
}

/** The customer's agent proves itself by a certificate, which plain HTTP cannot carry. */
function schemeNotes({ url, clientId }: MockSts, binding: AgentBinding | undefined): string[] {
  if (url.startsWith("https:") || !binding?.flows.includes("customer")) return [];
  return [
    `the customer flow cannot work over plain HTTP: ${clientId} must send a certificate; leave --http out, or take --flow transparent`,
  ];
}

/** Applies changes of the file; an invalid file changes nothing. */
async function follow(
  { file, name, text, read }: ConfigSource,
  { live, log }: { readonly live: LiveMock; readonly log: CliLog },
): Promise<() => void> {
  if (file === undefined) return () => {};
  const refuse = (error: unknown) => {
    const message = `${(error as Error).message}\nThe mock stays as it was.`;
    log.event({ event: "configuration-refused", message, isProblem: true });
  };
  return watchConfigText(file, text, {
    onError: refuse,
    onText(changed) {
      try {
        const { applied, restart } = live.change(read(changed));
        const message = [
          `${name} has changed:`,
          applied.length === 0 ? "nothing to apply" : `applied ${applied.join(", ")}`,
          ...(restart.length === 0 ? [] : [`(a restart is needed for ${restart.join(", ")})`]),
        ].join(" ");
        log.event({ event: "configuration-changed", message, fields: { applied, restart } });
      } catch (error) {
        refuse(error);
      }
    },
  });
}

async function openDashboard(
  { url }: MockSts,
  { environment, log }: { readonly environment: CliEnvironment; readonly log: CliLog },
): Promise<void> {
  try {
    await environment.openUrl(`${url}/`);
  } catch {
    const message = `Cannot open a browser here: open ${url}/ yourself`;
    log.event({ event: "no-browser", message, isProblem: true });
  }
}
