import type { AgentGatewayClient, McpTool } from "@agent-oauth/client";
import { checkOptions, kindOf, type OptionNames } from "@agent-oauth/core/internal";
import type { DynamicStructuredTool } from "@langchain/core/tools";
import { McpStructuredTool } from "./mcp-structured-tool.ts";
import { modelNames } from "./model-names.ts";
import { toolSettings } from "./tool-settings.ts";
import { checkToolUser, type ToolUserOption } from "./tool-user.ts";

/**
 * Makes LangChain tools of MCP tools. Each call goes through the client, on behalf of the user of that call.
 *
 * The model is shown each tool's own JSON Schema, and what it returns if the tool says so. Arguments are checked against the schema
 * before anything is sent. An optional argument that the model gives as `null` is left out. The result is `content_and_artifact`: the
 * model reads texts and images, the artifact is the whole `McpToolResult`.
 *
 * @param tools as `listMcpTools()` of the client returns them. A tool keeps its name if a model can call it by that name and no
 * other tool has it; else the name of its server stands before it.
 * @example
 * ```ts
 * const { tools } = await client.listMcpTools({ userToken });
 * const agent = createAgent({
 *   model,
 *   tools: structuredTools(client, tools, {
 *     user: ({ context }) => ({ userToken: context.userToken, principal: context.userId }),
 *   }),
 * });
 * ```
 * @throws TypeError if an option is missing, unknown or of a wrong type, or if a tool stands in the list twice.
 */
export function structuredTools(
  client: AgentGatewayClient,
  tools: readonly McpTool[],
  options: StructuredToolsOptions,
): DynamicStructuredTool[] {
  checkArguments({ client, tools, options });
  const names = modelNames(tools);
  return tools.map(
    (tool, index) =>
      new McpStructuredTool(toolSettings(tool, names[index] ?? ""), { client, tool, ...options }),
  );
}

/** Options of {@link structuredTools}. */
export interface StructuredToolsOptions {
  /**
   * On whose behalf tools are called: `{ userToken, principal?, tenant? }`, or `{ system: true }` for the agent itself. A function is
   * asked at each call, with the config of the run: its `configurable`, and the `context` of an agent.
   */
  readonly user: ToolUserOption;
  /**
   * What becomes of a call that fails, whether the tool says so or the call did not reach it: `"throw"` throws, `"message"` returns a tool
   * message with the status `"error"` for the model to read. Aborts are thrown in any case. Default `"throw"`.
   */
  readonly toolErrors?: "throw" | "message";
}

const NAMES: OptionNames<StructuredToolsOptions> = { user: true, toolErrors: true };
const DOING = "make LangChain tools";

function checkArguments(given: {
  readonly client: unknown;
  readonly tools: unknown;
  readonly options: StructuredToolsOptions | undefined;
}): void {
  const { client, tools, options } = given;
  const callMcpTool: unknown = Object(client).callMcpTool;
  if (typeof callMcpTool !== "function") {
    throw new TypeError(
      `Cannot ${DOING}: the first argument must be a client of createAgentGatewayClient(), not ${kindOf(client)}`,
    );
  }
  if (!Array.isArray(tools)) {
    throw new TypeError(
      `Cannot ${DOING}: the second argument must be the list of tools from listMcpTools(), not ${kindOf(tools)}`,
    );
  }
  checkOptions(options ?? {}, { doing: DOING, names: NAMES });
  checkToolUser(options?.user, DOING);
  const { toolErrors = "throw" } = options ?? {};
  if (toolErrors !== "throw" && toolErrors !== "message") {
    throw new TypeError(`Cannot ${DOING}: "toolErrors" must be "throw" or "message"`);
  }
}
