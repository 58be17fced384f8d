#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Before anything else is loaded: what is compiled now need not be at the next start.
enableCompileCache();
const { runCli } = await import("./run-cli.ts");
const { openBrowser } = await import("./open-browser.ts");
const { untilStopped } = await import("./stop-signals.ts");
const { wantsColors } = await import("./terminal-style.ts");

const { stdout, stderr } = process;
const isTerminal = stdout.isTTY === true;

process.exitCode = await runCli(process.argv.slice(2), {
  print: (text) => void stdout.write(text),
  printError: (text) => void stderr.write(text),
  stopped: untilStopped({ process, output: stdout }),
  isTerminal,
  hasColors: wantsColors(process.env, isTerminal),
  folder: process.cwd(),
  openUrl: openBrowser,
});
