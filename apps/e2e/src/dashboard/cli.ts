// Runs the tests of the dashboard in Chromium. `--check` only tells whether there is one, `--picture` also makes
// the picture of the README anew.
import { hasChromium, runChromiumTests } from "./chromium-tests.ts";

const dashboard = { name: "dashboard", subject: "dashboard" };
const isPictureWanted = process.argv.includes("--picture");

if (process.argv.includes("--check")) process.exitCode = hasChromium(dashboard.subject) ? 0 : 1;
else {
  process.exitCode = runChromiumTests({
    ...dashboard,
    ...(isPictureWanted && { environment: { DASHBOARD_PICTURE: "1" } }),
  });
}
