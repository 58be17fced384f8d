import type { AgentGatewayClient, McpTool } from "@agent-oauth/client";
import {
  DynamicStructuredTool,
  type DynamicStructuredToolInput,
  type StructuredToolCallInput,
  type ToolReturnType,
  type ToolRunnableConfig,
} from "@langchain/core/tools";
import { withoutNulls } from "./optional-nulls.ts";
import { failedOutput, type ToolOutput, toolOutput } from "./tool-output.ts";
import { type ToolUserOption, toolUser } from "./tool-user.ts";

/** A LangChain tool that calls an MCP tool through our client. */
export class McpStructuredTool extends DynamicStructuredTool {
  readonly #inputSchema: McpTool["inputSchema"];

  /** @param settings what the model sees of the tool. */
  constructor(settings: Omit<DynamicStructuredToolInput, "func">, call: McpToolCall) {
    super({
      ...settings,
      responseFormat: "content_and_artifact",
      // The model can only mend arguments if it reads what is wrong with them.
      verboseParsingErrors: true,
      func: (args: Record<string, unknown>, _, config = {}) => callTool(call, args, config),
    });
    this.#inputSchema = call.tool.inputSchema;
  }

  /** Leaves out the optional arguments that are `null` before they are checked, and calls the tool. */
  override invoke<
    Input extends StructuredToolCallInput,
    Config extends ToolRunnableConfig | undefined,
  >(input: Input, config?: Config): Promise<ToolReturnType<Input, Config, unknown>> {
    return super.invoke(withoutNullArguments(input, this.#inputSchema) as Input, config);
  }
}

/** What a tool calls, and how. */
export interface McpToolCall {
  readonly client: AgentGatewayClient;
  readonly tool: McpTool;
  readonly user: ToolUserOption;
  readonly toolErrors?: "throw" | "message";
}

/** The input is the arguments, or a tool call that holds them. */
function withoutNullArguments(input: unknown, schema: unknown): unknown {
  const call: { readonly type?: unknown; readonly args?: unknown } = Object(input);
  if (call.type !== "tool_call" || typeof call.args !== "object")
    return withoutNulls(input, schema);
  return { ...call, args: withoutNulls(call.args, schema) };
}

async function callTool(
  { client, tool, user, toolErrors = "throw" }: McpToolCall,
  args: Record<string, unknown>,
  config: ToolRunnableConfig,
): Promise<ToolOutput> {
  const { signal, toolCall } = config;
  try {
    signal?.throwIfAborted();
    const caller = await toolUser(user, { config, tool: tool.name });
    const result = await client.callMcpTool(tool, args, { ...caller, ...(signal && { signal }) });
    return toolOutput(result);
  } catch (error) {
    if (toolErrors === "throw" || signal?.aborted || isMistake(error)) throw error;
    return failedOutput(error, toolCall);
  }
}

/** An argument of ours that the programmer has to mend: the model cannot. */
function isMistake(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError;
}
