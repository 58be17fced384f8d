/** Prints the comparison of tool calls; by itself it is a program. */
import { report } from "../report.ts";
import { toolCalls } from "./tool-calls.ts";

console.log("A tool call, in microseconds of the client's CPU time (lowest tenth of the rounds)");
for (const { name, micros, ratio, target } of await toolCalls()) {
  const shown = [...micros].map(([way, value]) => `${way} ${value.toFixed(0)}`);
  console.log(`  ${name}: ${shown.join(", ")}`);
  report("client / sdk", ratio.toFixed(2), ratio <= target, target.toFixed(2));
}
