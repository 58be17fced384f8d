// Adds up the reports that vitest left and closes with the plain line 'N passed, N failed, N skipped'.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const read = (file) => JSON.parse(readFileSync(file, "utf8"));

let passed = 0;
let failed = 0;
let skipped = 0;
const silent = [];
for (const manifest of globSync("{packages,apps}/*/package.json")) {
  if (read(manifest).scripts?.test === undefined) continue;
  const file = join(dirname(manifest), "reports/vitest.json");
  const report = existsSync(file) ? read(file) : undefined;
  if (!report?.numTotalTests) {
    silent.push(dirname(manifest));
    continue;
  }
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests + report.numTodoTests;
}
if (silent.length > 0) console.error(`No test ran in ${silent.join(", ")}`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
// In CI everything a test needs is installed, so a skipped test means a lost one.
const lost = silent.length + (process.env.CI ? skipped : 0);
process.exitCode = failed + lost > 0 || passed === 0 ? 1 : 0;
