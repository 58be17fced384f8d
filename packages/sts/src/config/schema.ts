export type { McpServerRef, TargetRequest } from "@agent-oauth/core/gateway";
export {
  type McpServerConfig,
  type McpServerToolConfig,
  mcpServersSchema,
  type ParseMcpServersOptions,
} from "./mcp-servers-schema.ts";
export { parseMcpServers } from "./parse-mcp-servers.ts";
export { toolAudiences } from "./tool-audiences.ts";
