import type { AgentGatewayClient, McpTool, SystemCaller } from "@agent-oauth/client";
import { TokenError } from "@agent-oauth/core";
import { digest, kindOf, shownName } from "@agent-oauth/core/internal";
import { type BaseTool, BaseToolset, getLogger, type ReadonlyContext } from "@google/adk";
import { type CallTool, McpServerTool } from "./mcp-server-tool.ts";
import { type RunUser, runTenant, runUser, type SubjectToken } from "./subject-token.ts";
import { type ToolList, ToolLists } from "./tool-lists.ts";
import {
  checkToolsetOptions,
  type OwnClientOptions,
  type SharedClientOptions,
  toolsetClient,
} from "./toolset-client.ts";
import { type ToolsetOptions, toolListsOptions } from "./toolset-options.ts";

/**
 * Gives an agent the tools of MCP servers. Each tool call carries the token of the run's user.
 *
 * One toolset serves any number of concurrent runs. It keeps MCP sessions and tool lists per user, and they outlast the runs. Call
 * {@link McpToolset.dispose} when the agent ends.
 *
 * @example
 * ```ts
 * const toolset = new McpToolset({
 *   server: { name: "orders", url: "https://orders.example/mcp", request: { audience: ["orders"] } },
 *   tokens: fromTokenProvider(exchangeForUser),
 *   subjectToken: (context) => tokenOf(context.userId),
 * });
 * const agent = new LlmAgent({ name: "clerk", model: "gemini-flash-latest", tools: [toolset] });
 * ```
 * @throws TypeError | RangeError if an option is missing, of a wrong type or out of range. The message names the option.
 */
export class McpToolset extends BaseToolset implements AsyncDisposable {
  readonly #client: AgentGatewayClient;
  readonly #ownsClient: boolean;
  readonly #options: ToolsetOptions;
  readonly #lists: ToolLists;
  #subjectToken: SubjectToken | undefined;

  constructor(options: McpToolsetOptions) {
    const checked = checkToolsetOptions(options);
    super(checked.toolFilter ?? [], checked.prefix);
    this.#options = checked;
    this.#lists = new ToolLists(toolListsOptions(checked));
    const { client, isOwn } = toolsetClient(checked);
    this.#client = client;
    this.#ownsClient = isOwn;
    this.#subjectToken = checked.subjectToken;
  }

  /**
   * Returns the tools that the user of the run may see.
   *
   * @throws TokenError `ERR_TOKEN_SUBJECT_REQUIRED` if the run has no user. If all servers fail, it throws a `DiscoveryError` of
   * the client, unless the option `failures` is `"return"`.
   */
  override async getTools(context?: ReadonlyContext): Promise<BaseTool[]> {
    const asking = await this.#listing(context);
    const { tools } = await this.#lists.get(listKey(asking), () => this.#list(asking));
    return tools.filter((tool) => this.#isShown(tool, context));
  }

  /** Does nothing, since ADK calls it after every run, while other runs may be under way. */
  override async close(): Promise<void> {}

  /** Waits for calls in flight, ends the MCP sessions and closes the client. A client from the option `client` stays open. */
  async dispose(): Promise<void> {
    this.#lists.clear();
    if (this.#ownsClient) await this.#client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /**
   * Sets the function that returns subject tokens. `TokenPropagationPlugin` calls this once.
   *
   * @throws TypeError if the toolset already has such a function.
   */
  useSubjectToken(subjectToken: SubjectToken): void {
    if (this.#subjectToken !== undefined) {
      throw new TypeError('Cannot register the toolset: it already has a "subjectToken"');
    }
    this.#subjectToken = subjectToken;
  }

  /** Returns for whom the tools are listed: a user, or the agent itself. */
  async #listing(context: ReadonlyContext | undefined): Promise<Listing> {
    if (this.#options.listAs === "system") {
      const tenant = context === undefined ? {} : await runTenant(context, this.#options);
      return { system: true, ...tenant };
    }
    if (context !== undefined) return this.#user(context);
    throw new TokenError(
      "ERR_TOKEN_SUBJECT_REQUIRED",
      'Cannot list the tools: ADK asks for them outside a run, so the user is unknown; set "listAs" to "system"',
    );
  }

  async #list(listing: Listing): Promise<ToolList> {
    const { filter, failures: onFailures } = this.#options;
    const { tools, failures } = await this.#client.listMcpTools({
      ...listing,
      ...(filter && { filter }),
      ...(onFailures && { failures: onFailures }),
    });
    for (const { ref, reason, error } of failures) {
      const server = `of the MCP server ${shownName(ref.name)}`;
      const what = reason === "unusable-tool" ? `A tool ${server} is` : `The tools ${server} are`;
      getLogger().warn(`${what} left out: ${error}`);
    }
    // A server that responded would say the same again.
    const complete = failures.every(({ reason }) => reason !== "failed");
    return { tools: tools.map((tool) => this.#tool(tool)), complete };
  }

  #tool(tool: McpTool): McpServerTool {
    const name = this.prefix ? `${this.prefix}_${tool.name}` : tool.name;
    return new McpServerTool(tool, { name, call: this.#call });
  }

  readonly #call: CallTool = async (tool, args, context) => {
    const { abortSignal: signal } = context;
    const user = await this.#user(context);
    return this.#client.callMcpTool(tool, args, { ...user, ...(signal && { signal }) });
  };

  #user(context: ReadonlyContext): Promise<RunUser> {
    const subjectToken = this.#subjectToken;
    return runUser(context, { ...this.#options, ...(subjectToken && { subjectToken }) });
  }

  #isShown(tool: BaseTool, context: ReadonlyContext | undefined): boolean {
    // Outside a run there is no context for the filter function.
    if (context === undefined && typeof this.toolFilter === "function") return true;
    const isSelected: unknown = this.isToolSelected(tool, context as ReadonlyContext);
    if (typeof isSelected === "boolean") return isSelected;
    // A promise is truthy, so an asynchronous filter would let every tool through.
    if (isSelected instanceof Promise) isSelected.catch(() => {});
    throw new TokenError(
      "ERR_TOKEN_PROVIDER",
      `Cannot list the tools: "toolFilter" must return true or false, not ${kindOf(isSelected)}`,
    );
  }
}

/** Options of {@link McpToolset}: either `server` or `servers` with `tokens`, or a `client`. */
export type McpToolsetOptions = ToolsetOptions & (OwnClientOptions | SharedClientOptions);

type Listing = RunUser | (SystemCaller & Pick<RunUser, "tenant">);

/** Returns the key of a tool list. A principal and a subject never share a key, and two tenants never share a key. */
function listKey({ userToken, principal, tenant }: Listing): string {
  const subject = userToken === undefined ? null : digest(userToken);
  return JSON.stringify([tenant ?? null, principal === undefined ? { subject } : { principal }]);
}
