// Adds up the reports that vitest left and closes with the plain line 'N passed, N failed, N skipped'.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const read = (file) => JSON.parse(readFileSync(file, "utf8"));

/** Scripts beside `test` that leave a report. Only CI must have what they need. */
const further = ["dashboard", "keycloak", "release", "site"];

/** Every script that runs tests leaves a report. */
function* reports() {
  for (const manifest of globSync("{packages,apps}/*/package.json")) {
    const scripts = read(manifest).scripts ?? {};
    const folder = join(dirname(manifest), "reports");
    if (scripts.test) yield { file: join(folder, "vitest.json"), required: true };
    for (const name of further.filter((it) => scripts[it])) {
      yield { file: join(folder, `${name}.json`), required: Boolean(process.env.CI) };
    }
  }
}

let passed = 0;
let failed = 0;
let skipped = 0;
const silent = [];
for (const { file, required } of reports()) {
  const report = existsSync(file) ? read(file) : undefined;
  if (!report?.numTotalTests) {
    if (required) silent.push(file);
    continue;
  }
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests + report.numTodoTests;
}
if (silent.length > 0) console.error(`No test ran for ${silent.join(", ")}`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
// In CI everything a test needs is installed, so a skipped test means a lost one.
const lost = silent.length + (process.env.CI ? skipped : 0);
process.exitCode = failed + lost > 0 || passed === 0 ? 1 : 0;
