import { applyLiveConfig, type LiveMock } from "../config/config-live.ts";
import { type ConfigSource, loadConfig } from "../config/config-load.ts";
import { optionsOf } from "../config/config-rules.ts";
import { watchConfigText } from "../config/config-watch.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import { agentBindingFiles } from "./agent-binding.ts";
import { writeBindingFiles } from "./binding-files.ts";
import type { ServeCommand } from "./cli-arguments.ts";
import type { CliEnvironment } from "./cli-environment.ts";
import { type CliLog, createLog } from "./cli-log.ts";
import { describeMock, readyFields, type StartInfo } from "./describe-mock.ts";
import { packageVersion } from "./package-version.ts";
import { createPaint } from "./terminal-style.ts";

/** Runs a mock until the user wants it to end. */
export async function serve(command: ServeCommand, environment: CliEnvironment): Promise<void> {
  const { binding, config: over } = command;
  const source = await loadConfig({ folder: environment.folder, file: command.configFile, over });
  const colors = command.color && environment.hasColors;
  const format = command.log ?? (environment.isTerminal ? "pretty" : "json");
  const log = createLog(format, { print: environment.print, colors });
  const mock = await startMockSts({ ...optionsOf(source.config), onAnswer: log.request });
  let unwatch = () => {};
  try {
    const live = applyLiveConfig(mock.controls, source.config);
    if (binding !== undefined) {
      await writeBindingFiles(binding.folder, await agentBindingFiles(mock, binding), binding);
    }
    const info = await startInfo(source, command);
    const screen = describeMock(mock, info, createPaint({ colors }));
    const fields = readyFields(mock, info);
    unwatch = await follow(source, { live, log });
    log.event({ event: "ready", message: "mock-sts is ready", screen, fields });
    // Programs keep their log, and its readers may not be allowed to see secrets.
    if (format === "json") {
      environment.printError(`mock-sts: the admin token is ${mock.adminToken}\n`);
    }
    if (command.openUi) await openDashboard(mock, { environment, log });
    await environment.stopped;
    log.event({ event: "stopping", message: "mock-sts stops" });
  } finally {
    unwatch();
    await mock.close();
  }
}

async function startInfo(source: ConfigSource, { binding }: ServeCommand): Promise<StartInfo> {
  const { preset, scenario } = source.config;
  const parts = [
    source.file === undefined ? "defaults" : `${source.name}, followed`,
    ...(preset === undefined ? [] : [`preset ${preset}`]),
    ...(scenario === undefined ? [] : [`scenario ${scenario}`]),
  ];
  return { version: await packageVersion(), binding, config: parts.join("; ") };
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
