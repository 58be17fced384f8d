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

/** How an {@link McpToolset} works: with `server` or `servers` and `tokens`, or with a `client`. */
export type McpToolsetOptions = ToolsetOptions & (OwnClientOptions | SharedClientOptions);

/**
 * Gives an agent the tools of MCP servers, each called with the token of the user whose run it is.
 *
 * One toolset serves any number of runs at a time: MCP sessions and lists of tools are kept per user and outlast the
 * runs. Call {@link McpToolset.dispose} when the agent ends.
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
 * @throws TypeError | RangeError naming the option that is missing, of a wrong type or out of range.
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
   * @throws TokenError `ERR_TOKEN_SUBJECT_REQUIRED` if there is no user to ask for; if no server answered, why the first did not.
   */
  override async getTools(context?: ReadonlyContext): Promise<BaseTool[]> {
    const asking = await this.#listing(context);
    const { tools } = await this.#lists.get(listKey(asking), () => this.#list(asking));
    return tools.filter((tool) => this.#isShown(tool, context));
  }

  /** Does nothing: ADK calls it after every run, while others may be under way. */
  override async close(): Promise<void> {}

  /** Waits for the calls under way, ends the MCP sessions and closes the client, unless it was given one. */
  async dispose(): Promise<void> {
    this.#lists.clear();
    if (this.#ownsClient) await this.#client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /**
   * Sets where subject tokens come from, once: `TokenPropagationPlugin` does.
   *
   * @throws TypeError if the toolset knows already.
   */
  useSubjectToken(subjectToken: SubjectToken): void {
    if (this.#subjectToken !== undefined) {
      throw new TypeError('Cannot register the toolset: it has a "subjectToken" already');
    }
    this.#subjectToken = subjectToken;
  }

  /** Whom the tools are listed for: a user, or the agent itself. */
  async #listing(context: ReadonlyContext | undefined): Promise<Listing> {
    if (this.#options.listAs === "system") {
      const tenant = context === undefined ? {} : await runTenant(context, this.#options);
      return { system: true, ...tenant };
    }
    if (context !== undefined) return this.#user(context);
    throw new TokenError(
      "ERR_TOKEN_SUBJECT_REQUIRED",
      'Cannot list the tools: ADK asks outside of any run, so there is no user; set "listAs" to "system"',
    );
  }

  async #list(listing: Listing): Promise<ToolList> {
    const { filter } = this.#options;
    const { tools, failures } = await this.#client.listMcpTools({
      ...listing,
      ...(filter && { filter }),
    });
    for (const { ref, error } of failures) {
      getLogger().warn(`The tools of the MCP server ${shownName(ref.name)} are left out: ${error}`);
    }
    return { tools: tools.map((tool) => this.#tool(tool)), complete: failures.length === 0 };
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
    // Outside of a run there is nothing that a function could choose by.
    if (context === undefined && typeof this.toolFilter === "function") return true;
    const isSelected: unknown = this.isToolSelected(tool, context as ReadonlyContext);
    if (typeof isSelected === "boolean") return isSelected;
    // A promise counts as true: an asynchronous filter would let every tool through.
    if (isSelected instanceof Promise) isSelected.catch(() => {});
    throw new TypeError(
      `Cannot list the tools: "toolFilter" must return true or false, not ${kindOf(isSelected)}`,
    );
  }
}

type Listing = RunUser | (SystemCaller & Pick<RunUser, "tenant">);

/** No principal looks like a subject, and no tenant like another. */
function listKey({ userToken, principal, tenant }: Listing): string {
  const subject = userToken === undefined ? null : digest(userToken);
  return JSON.stringify([tenant ?? null, principal === undefined ? { subject } : { principal }]);
}
