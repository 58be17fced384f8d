// Plays one of the demos, which its first argument names, and fails if the counts are not those that it promises.
import { runCustomerDemo } from "./customer-demo.ts";
import type { DemoResult } from "./demo-result.ts";
import { runLobDemo } from "./lob-demo.ts";
import type { Output } from "./progress-table.ts";
import { runStsDemo } from "./sts-demo.ts";

const DEMOS: Readonly<Record<string, (output: Output) => Promise<DemoResult>>> = {
  customer: runCustomerDemo,
  lob: runLobDemo,
  sts: runStsDemo,
};
const USAGE = `Usage: pnpm demo [customer | lob | sts]

  customer  a customer agent: tokens from IAS over mutual TLS (the default)
  lob       a line-of-business agent: tokens through the BTP Destination Service, two tenants
  sts       any agent: a token exchanged for each MCP server's audience (RFC 8693)
`;

const [name = "customer", ...rest] = process.argv.slice(2);
const demo = Object.hasOwn(DEMOS, name) ? DEMOS[name] : undefined;
if (name === "--help" || name === "-h") {
  process.stdout.write(USAGE);
} else if (demo === undefined || rest.length > 0) {
  process.stderr.write(
    `Cannot run the demo ${JSON.stringify([name, ...rest].join(" "))}\n${USAGE}`,
  );
  process.exitCode = 2;
} else {
  try {
    await demo(process.stdout);
  } catch (error) {
    console.error(error);
    console.error("demo: failed");
    process.exitCode = 1;
  }
}
