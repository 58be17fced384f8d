import type { McpTool, McpToolResult } from "@agent-oauth/client";
import { checkOptions, kindOf, textOption } from "@agent-oauth/core/internal";
import { BaseTool, type RunAsyncToolRequest } from "@google/adk";

/** Calls a tool on behalf of the user of the context's run. */
export type CallTool = (
  tool: McpTool,
  args: Readonly<Record<string, unknown>>,
  context: RunAsyncToolRequest["toolContext"],
) => Promise<McpToolResult>;

/** The result that the model gets: the tool's result, as the server sent it. */
export interface McpServerToolResult extends Omit<McpToolResult, "text" | "failures"> {
  /** Why parts of the result are left out. Absent if there are none. */
  readonly failures?: readonly string[];
}

const DOING = "create an MCP tool";

/** A tool of an MCP server for ADK. It holds no data of a user: the context of each call names the user. */
export class McpServerTool extends BaseTool {
  /** The tool as its server describes it, for filters and callbacks. */
  readonly mcpTool: McpTool;
  readonly #call: CallTool;

  constructor(mcpTool: McpTool, options: { readonly name: string; readonly call: CallTool }) {
    if (typeof mcpTool !== "object" || mcpTool === null) {
      throw new TypeError(
        `Cannot ${DOING}: "mcpTool" must be a tool that the client lists, not ${kindOf(mcpTool)}`,
      );
    }
    checkOptions(options, { doing: DOING, names: { name: true, call: true }, required: true });
    textOption(options.name, { option: "name", doing: DOING });
    if (typeof options.call !== "function") {
      throw new TypeError(
        `Cannot ${DOING}: "call" must be a function, not ${kindOf(options.call)}`,
      );
    }
    super({ name: options.name, description: mcpTool.description });
    this.mcpTool = mcpTool;
    this.#call = options.call;
  }

  // The JSON Schema is passed on unchanged, since Gemini's own schema format cannot express all of it.
  override _getDeclaration(): ReturnType<BaseTool["_getDeclaration"]> {
    const { name, description } = this;
    return { name, description, parametersJsonSchema: this.mcpTool.inputSchema };
  }

  override async runAsync({
    args,
    toolContext,
  }: RunAsyncToolRequest): Promise<McpServerToolResult> {
    // `text` repeats `content`, and every repeated word costs tokens of the model.
    const { text: _, failures, ...result } = await this.#call(this.mcpTool, args, toolContext);
    return {
      ...result,
      ...(failures && { failures: failures.map(({ error }) => error.message) }),
    };
  }
}
