import { playScenario } from "@agent-oauth/examples/framework-scenario";
import { examples } from "./examples.ts";

// A process for one example: frameworks keep state in their modules, write to the console, and may crash.
const [name = ""] = process.argv.slice(2);
const example = await examples[name]?.();
if (example === undefined)
  throw new TypeError(`Cannot play ${JSON.stringify(name)}: there is none`);
const result = await playScenario(example.openAgent);
const counts = [
  [result.toolCalls, "tool calls"],
  [result.httpRequests, "HTTP requests"],
  [result.tokenRequests, "token requests"],
  [result.wrongUserCalls, "wrong-user calls"],
  [result.visibleFailures, "visible failures"],
].map(([count, what]) => `${String(count).padStart(4)} ${what}`);
console.log([name.padEnd(18), ...counts, ...result.violations].join("  "));
process.exitCode = result.violations.length === 0 ? 0 : 1;
