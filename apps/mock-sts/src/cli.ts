#!/usr/bin/env node
import { once } from "node:events";
import { runCli } from "./run-cli.ts";

process.exitCode = await runCli(process.argv.slice(2), {
  print: (text) => void process.stdout.write(text),
  printError: (text) => void process.stderr.write(text),
  stopped: Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]),
});
