export type { McpServerRef, TargetRequest } from "@agent-oauth/core/gateway";
export {
  type McpServerConfig,
  type McpServerToolConfig,
  mcpServersSchema,
  type ParseMcpServersOptions,
  parseMcpServers,
} from "./mcp-server-config.ts";
export { toolAudiences } from "./tool-audiences.ts";
