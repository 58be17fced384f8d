#!/usr/bin/env node
import { once } from "node:events";
import { enableCompileCache } from "node:module";

// Before anything else is loaded: what is compiled now need not be at the next start.
enableCompileCache();
const { runCli } = await import("./run-cli.ts");
const { openBrowser } = await import("./open-browser.ts");
const { wantsColors } = await import("./terminal-style.ts");

const settled = new AbortController();
const { signal } = settled;
const { stdout, stderr } = process;
const isTerminal = stdout.isTTY === true;
// Without this, what is printed once nobody reads any more would end the process with a trace.
stdout.on("error", () => {});

process.exitCode = await runCli(process.argv.slice(2), {
  print: (text) => void stdout.write(text),
  printError: (text) => void stderr.write(text),
  // Once it is told to end, nobody waits for a second signal, which ends it at once. Whoever reads
  // what it prints may go away too.
  stopped: Promise.race([
    once(process, "SIGINT", { signal }),
    once(process, "SIGTERM", { signal }),
    once(stdout, "error"),
  ]).finally(() => settled.abort()),
  isTerminal,
  hasColors: wantsColors(process.env, isTerminal),
  folder: process.cwd(),
  openUrl: openBrowser,
});
