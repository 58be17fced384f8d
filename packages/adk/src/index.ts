export { McpServerTool, type McpServerToolResult } from "./mcp-server-tool.ts";
export { McpToolset, type McpToolsetOptions } from "./mcp-toolset.ts";
export { headerSubjectToken, type SubjectToken, type UserOptions } from "./subject-token.ts";
export {
  TokenPropagationPlugin,
  type TokenPropagationPluginOptions,
} from "./token-propagation-plugin.ts";
export type { OwnClientOptions, SharedClientOptions } from "./toolset-client.ts";
export type { ToolsetOptions } from "./toolset-options.ts";
