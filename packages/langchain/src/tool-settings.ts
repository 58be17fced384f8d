import type { McpTool } from "@agent-oauth/client";
import type { DynamicStructuredToolInput } from "@langchain/core/tools";

/** Returns what a model is shown of a tool. */
export function toolSettings(
  tool: McpTool,
  name: string,
): Pick<DynamicStructuredToolInput, "name" | "description" | "schema" | "metadata"> {
  const { server, title, annotations } = tool;
  return {
    name,
    description: description(tool),
    schema: shownSchema(tool.inputSchema),
    metadata: {
      mcpServer: server.name,
      mcpTool: tool.name,
      ...(title !== undefined && { title }),
      ...(annotations && { annotations }),
    },
  };
}

/** MCP clients do not send a model the schema of a result, so it stands in the description. */
function description({ description, title, outputSchema }: McpTool): string {
  const isEmpty = outputSchema === undefined || Object.keys(outputSchema).length === 0;
  const returns = isEmpty
    ? ""
    : `Returns JSON that fits this schema:\n${JSON.stringify(outputSchema)}`;
  return [description || title, returns].filter(Boolean).join("\n\n");
}

/**
 * Returns the schema as the server gave it, as a copy: LangChain writes into the schemas that it checks against. Model providers refuse
 * an object schema without `properties`.
 */
function shownSchema(schema: McpTool["inputSchema"]): DynamicStructuredToolInput["schema"] {
  return structuredClone({ ...schema, properties: schema.properties ?? {} });
}
