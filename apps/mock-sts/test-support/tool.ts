import type { TrustVariables } from "../src/cli/binding/trust-files.ts";
import { runCli } from "../src/cli/run-cli.ts";
import type { Ports } from "../src/cli/start-on-ports.ts";

/** How the tool runs. */
export interface ToolOptions {
  /** Its folder. */
  readonly folder: string;
  /** Default: no variable is set. */
  readonly trust?: TrustVariables;
  /** Default: any free ports. */
  readonly ports?: Ports;
  readonly isTerminal?: boolean;
  readonly hasColors?: boolean;
  readonly openUrl?: (url: string) => Promise<void>;
  /** Default: the process that started the tool stays. */
  readonly untilAbandoned?: () => Promise<void>;
  /** Acts once the tool has printed that it is ready; then it is stopped. */
  readonly whileReady?: ((printed: Printed) => Promise<void>) | undefined;
}

/** The text that a tool has printed so far. */
export interface Printed {
  readonly out: string;
  /** Resolves once it has printed a text. */
  until(text: string): Promise<void>;
}

/** Runs the command line tool in this process to its end. */
export async function runTool(
  args: readonly string[],
  { folder, isTerminal = false, hasColors = false, openUrl, whileReady, ...more }: ToolOptions,
) {
  const { trust = {}, ports = { port: 0, gatewayPort: 0 }, untilAbandoned } = more;
  let out = "";
  let errors = "";
  let stop = () => {};
  let wake = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const printed: Printed = {
    get out() {
      return out;
    },
    async until(text) {
      while (!out.includes(text)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
  let busy: Promise<void> | undefined;
  const code = await runCli(args, {
    stopped,
    untilAbandoned: untilAbandoned ?? (() => new Promise(() => {})),
    folder,
    trust,
    ports,
    isTerminal,
    hasColors,
    openUrl: openUrl ?? (() => Promise.reject(new Error("there is no browser"))),
    print(text) {
      out += text;
      wake();
      if (out.includes("is ready"))
        busy ??= (whileReady?.(printed) ?? Promise.resolve()).finally(stop);
    },
    printError(text) {
      errors += text;
    },
  });
  await busy;
  return { code, out, errors };
}
