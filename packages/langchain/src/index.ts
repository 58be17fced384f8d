export { McpToolError } from "./mcp-tool-error.ts";
export { type StructuredToolsOptions, structuredTools } from "./structured-tools.ts";
export type { ToolUser } from "./tool-user.ts";
