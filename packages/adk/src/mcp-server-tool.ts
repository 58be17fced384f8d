import type { McpTool, McpToolResult } from "@agent-oauth/client";
import { checkOptions } from "@agent-oauth/core/internal";
import { BaseTool, type RunAsyncToolRequest } from "@google/adk";

/** Calls a tool on behalf of the user of the run that the context belongs to. */
export type CallTool = (
  tool: McpTool,
  args: Readonly<Record<string, unknown>>,
  context: RunAsyncToolRequest["toolContext"],
) => Promise<McpToolResult>;

/** What the model is answered: the tool's result as the server gave it. */
export type McpServerToolResult = Omit<McpToolResult, "text">;

/** A tool of an MCP server, as ADK runs it. It holds nothing of any user: whom it acts for is in the context of each call. */
export class McpServerTool extends BaseTool {
  /** The tool as its server describes it, for filters and callbacks. */
  readonly mcpTool: McpTool;
  readonly #call: CallTool;

  constructor(mcpTool: McpTool, options: { readonly name: string; readonly call: CallTool }) {
    checkOptions(options, { doing: "create an MCP tool", names: { name: true, call: true } });
    super({ name: options.name, description: mcpTool.description });
    this.mcpTool = mcpTool;
    this.#call = options.call;
  }

  // The JSON Schema as it is: Gemini's own form of schema has no room for all of it.
  override _getDeclaration(): ReturnType<BaseTool["_getDeclaration"]> {
    const { name, description } = this;
    return { name, description, parametersJsonSchema: this.mcpTool.inputSchema };
  }

  override async runAsync({
    args,
    toolContext,
  }: RunAsyncToolRequest): Promise<McpServerToolResult> {
    // `text` repeats what is in `content`, and the model pays for every word.
    const { text: _, ...result } = await this.#call(this.mcpTool, args, toolContext);
    return result;
  }
}
