// Run by environment.test.ts in a process of its own, with nothing but the environment that the mock printed: it finds
// its flow, and calls a tool as the user of the file that its argument names.
import { readFileSync } from "node:fs";
import { createAgentGatewayClient, mcpServers } from "@agent-oauth/client";
import { detectCustomerMtls, detectTransparent } from "@agent-oauth/customer-mtls";
import { detectLob } from "@agent-oauth/lob-destination";
import { stsFromEnvironment } from "@agent-oauth/sts";

const [file = "", tenant] = process.argv.slice(2);
const { STS_WELL_KNOWN_URI, KAGENT_STS_AUDIENCE = "", KAGENT_STS_RESOURCE = "" } = process.env;

/** The token exchange names no servers: here they are those whose URLs are the resources. */
function exchangeFlow() {
  const tokens = stsFromEnvironment();
  const names = KAGENT_STS_AUDIENCE.split(",");
  const servers = KAGENT_STS_RESOURCE.split(",").map((url, i) => ({ name: names[i] ?? "", url }));
  return mcpServers({ tokens, servers });
}

const client =
  STS_WELL_KNOWN_URI === undefined
    ? createAgentGatewayClient({
        flows: [detectCustomerMtls(), detectTransparent(), detectLob()],
      })
    : createAgentGatewayClient({ flow: exchangeFlow() });
const user = { userToken: readFileSync(file, "utf8"), ...(tenant && { tenant }) };
const { tools, failures } = await client.listMcpTools(user);
const callers: string[] = [];
for (const tool of tools.filter(({ name }) => name === "whoami")) {
  const { structuredContent } = await client.callMcpTool(tool, {}, user);
  callers.push(String((structuredContent as { sub?: unknown }).sub));
}
await client.close();
console.log(JSON.stringify({ callers, failures: failures.length }));
