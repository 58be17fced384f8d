export {
  type McpServerConfig,
  type McpServerToolConfig,
  mcpServersSchema,
  type ParseMcpServersOptions,
  parseMcpServers,
} from "./mcp-server-config.ts";
export { type McpServerRef, type TargetRequest, toolAudiences } from "./tool-audiences.ts";
