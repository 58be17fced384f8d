// Runs the tests of the documentation site, which must be built, in Chromium.
import { runChromiumTests } from "../dashboard/chromium-tests.ts";

process.exitCode = runChromiumTests({ name: "site", subject: "documentation site" });
