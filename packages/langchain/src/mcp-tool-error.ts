import type { McpToolResult } from "@agent-oauth/client";

/** Thrown if an MCP tool says that it failed. Its message is the tool's own text, which is meant for the model. */
export class McpToolError extends Error {
  override readonly name = "McpToolError";
  /** The whole result of the tool. */
  readonly result: McpToolResult;

  constructor(message: string, result: McpToolResult) {
    super(message);
    this.result = result;
  }
}
