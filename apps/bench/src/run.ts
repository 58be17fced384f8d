import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { evictionCases } from "./eviction.ts";
import { forgetting } from "./forgetting.ts";
import { hitCases } from "./hits.ts";
import { measure } from "./measure.ts";
import { report } from "./report.ts";

/** What is compared with what, and the most it may cost of it. */
const RATIOS = [
  ["await bound.getToken()", "await smithy memoize", 1],
  ["bound.peek()", "Map.get + Date.now()", 1.1],
  [
    "await getToken({ fresh subject token, audience })",
    "crypto.hash of a fresh 1.2 KB string",
    1.45,
  ],
] as const;

const BYTES = [
  ["system", 300],
  ["subject", 400],
] as const;

const hits = await measure(await hitCases());
console.log("A hit, in nanoseconds (medians of interleaved rounds)");
for (const [name, ns] of hits) console.log(`  ${name.padEnd(52)} ${ns.toFixed(0).padStart(6)}`);

console.log("\nRatios");
for (const [name, floor, target] of RATIOS) {
  const ratio = (hits.get(name) ?? Number.NaN) / (hits.get(floor) ?? Number.NaN);
  report(`${name} / ${floor}`, ratio.toFixed(2), ratio <= target, `${target}`);
}
const [small = Number.NaN, large = Number.NaN] = (await measure(await evictionCases())).values();
report(
  "miss with eviction, 100,000 entries / 100 entries",
  (large / small).toFixed(2),
  large / small < 4,
  "4 (processor caches, not work)",
);

console.log(
  "\nForgetting, in milliseconds for which the event loop stands still (invalidate: 100 times)",
);
for (const { name, ms, target } of await forgetting()) {
  report(name, ms.toFixed(1), ms <= target, `${target}`);
}

console.log("\nBytes an entry takes beyond its token string, 100,000 entries");
for (const [partition, target] of BYTES) {
  const script = join(import.meta.dirname, "memory.ts");
  const flags = ["--expose-gc", "--conditions=@agent-oauth/source"];
  const bytes = Number(execFileSync(process.execPath, [...flags, script, partition]));
  const name = partition === "system" ? "without a subject" : "with a subject";
  report(name, `${bytes}`, bytes <= target, `${target}`);
}

console.log();
await import("./tool-calls/report.ts");
