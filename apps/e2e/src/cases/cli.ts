// Runs the cases from public reports, all or those named, and prints one line for each: `pnpm e2e:cases [name…]`.
import { readPublicCases } from "./public-case.ts";
import { runCase } from "./run-case.ts";

const wanted = process.argv.slice(2);
const cases = readPublicCases();
const unknown = wanted.filter((name) => !cases.some((one) => one.name === name));
const chosen = cases.filter(({ name }) => wanted.length === 0 || wanted.includes(name));

let failed = 0;
for (const one of chosen) {
  const { holds, outcome } = await runCase(one);
  if (!holds) failed++;
  console.log(`${holds ? "ok  " : "FAIL"} ${one.name} (${one.source})`);
  if (!holds) console.log(`     ${one.why}\n     got ${outcome}`);
}
for (const name of unknown) console.error(`There is no case ${name}`);
console.log(`${chosen.length - failed} of ${chosen.length} cases hold`);
process.exitCode = failed + unknown.length > 0 ? 1 : 0;
