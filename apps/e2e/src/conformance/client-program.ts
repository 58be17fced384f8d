// Run by the conformance tool, see conformance.test.ts: calls all tools of the MCP server whose URL is the last argument.
// Nobody tells it whose access tokens the server takes: it finds out, and gets them as the scenario wants it.
import { bearerFetch, cachingTokenSource } from "@agent-oauth/core";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { discoverProtectedResource } from "./protected-resource.ts";
import { parseScenario } from "./scenario.ts";
import { insecureHosts, scenarioTokens } from "./scenario-tokens.ts";

const { MCP_CONFORMANCE_SCENARIO: name = "" } = process.env;
// Without credentials there is no context.
const { MCP_CONFORMANCE_CONTEXT: context = JSON.stringify({ name }) } = process.env;
const serverUrl = process.argv.at(-1) ?? "";

const { issuer, request } = await discoverProtectedResource(serverUrl);
const { source, subjectToken, close } = scenarioTokens(parseScenario(context), issuer);
const tokens = cachingTokenSource(source);
const fetch = bearerFetch(tokens, {
  resource: serverUrl,
  request: { ...request, ...(subjectToken !== undefined && { subjectToken }) },
  allowInsecureHosts: insecureHosts,
});

const client = new Client({ name: "agent-oauth", version: "1.0.0" });
await client.connect(new StreamableHTTPClientTransport(new URL(serverUrl), { fetch }));
const { tools } = await client.listTools();
for (const tool of tools) {
  const { content } = await client.callTool({ name: tool.name });
  console.log(tool.name, JSON.stringify(content));
}
console.log("token requests", tokens.stats().requests);

await client.close();
tokens.close();
await close();
