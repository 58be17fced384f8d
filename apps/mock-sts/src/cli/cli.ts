#!/usr/bin/env node
import module from "node:module";

// This check comes first: an older Node may not be able to parse the other files.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(`mock-sts: needs Node.js 22.19 or newer, this is ${process.versions.node}`);
  process.exit(1);
}
// Code that is compiled now is not compiled again at the next start.
module.enableCompileCache();
const { runCli } = await import("./run-cli.ts");
const { openBrowser } = await import("./open-browser.ts");
const { findStarter } = await import("./starter-process.ts");
const { untilStopped } = await import("./stop-signals.ts");
const { untilAbandoned } = await import("./until-abandoned.ts");
const { wantsColors } = await import("./output/terminal-style.ts");

const { stdout, stderr } = process;
const IS_TERMINAL = stdout.isTTY === true;

process.exitCode = await runCli(process.argv.slice(2), {
  print: (text) => void stdout.write(text),
  printError: (text) => void stderr.write(text),
  stopped: untilStopped({ process, output: stdout }),
  untilAbandoned: () => untilAbandoned(findStarter(process, process.env)),
  isTerminal: IS_TERMINAL,
  hasColors: wantsColors(process.env, IS_TERMINAL),
  folder: process.cwd(),
  trust: process.env,
  // Scripts and bookmarks keep working after a restart.
  ports: { port: 5443, gatewayPort: 5444 },
  openUrl: openBrowser,
});
