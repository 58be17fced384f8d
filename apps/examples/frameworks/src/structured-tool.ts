import type { AgentGatewayClient, CallMcpToolOptions, McpTool } from "@agent-oauth/client";
import { DynamicStructuredTool } from "@langchain/core/tools";

type Schema = McpTool["inputSchema"];

/**
 * Makes a LangChain tool of an MCP tool of our client, called on behalf of a user. Arguments are checked against the
 * tool's JSON Schema before anything is sent. A model may give `null` for an argument that is optional: it is left out.
 */
export function structuredTool(
  client: AgentGatewayClient,
  tool: McpTool,
  caller: Extract<CallMcpToolOptions, { userToken: unknown }>,
): DynamicStructuredTool {
  return new DynamicStructuredTool({
    name: tool.name,
    description: tool.description,
    schema: nullable(tool.inputSchema),
    responseFormat: "content_and_artifact",
    async func(args: Record<string, unknown>, _run, config) {
      const options = { ...caller, ...(config?.signal && { signal: config.signal }) };
      const given = withoutNulls(args, tool.inputSchema);
      const { text, isError, ...artifact } = await client.callMcpTool(tool, given, options);
      if (isError) throw new Error(text);
      return [text, artifact];
    },
  });
}

/** Lets optional arguments be `null`. */
function nullable(schema: Schema): Schema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    name,
    isRequired(schema, name) ? property : { anyOf: [property, { type: "null" }] },
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

function withoutNulls(args: Record<string, unknown>, schema: Schema): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).filter(([name, value]) => value !== null || isRequired(schema, name)),
  );
}

function isRequired({ required }: Schema, name: string): boolean {
  return required?.includes(name) === true;
}
