import { type AccessToken, TokenError } from "@agent-oauth/core";
import type { GatewayFlow } from "@agent-oauth/core/gateway";
import { checkedToken, isPlainObject, shownName, withinDeadline } from "@agent-oauth/core/internal";
import type { AgentGatewayClient } from "./agent-gateway-client.ts";
import { readAgentCard } from "./agents/agent-card.ts";
import {
  assertListOptions,
  assertToolCallOptions,
  type CallMcpToolOptions,
  type CallOptions,
  checkCallOptions,
  type ListOptions,
  type UserAuthOptions,
} from "./call-options.ts";
import {
  callTimeout,
  noResponse,
  startedInTime,
  tookTooLong,
  toolTimeouts,
} from "./call-timeouts.ts";
import { type Caller, type CallerInit, resolveCaller, type UserToken } from "./caller.ts";
import {
  type AgentGatewayClientOptions,
  type ClientSettings,
  clientSettings,
} from "./client-options.ts";
import { discoveredTools } from "./discovery/discovered-tools.ts";
import { discover } from "./discovery/discovery.ts";
import { flowCaller } from "./flow/flow-caller.ts";
import { FlowResolver } from "./flow/flow-resolver.ts";
import { userOrSystemTokens } from "./flow/flow-tokens.ts";
import { targetRequest } from "./flow/target-request.ts";
import { McpSessions } from "./session/mcp-sessions.ts";
import { ListedTools } from "./tools/listed-tools.ts";
import { assertToolCall, callTool, listTools, type McpToolRef } from "./tools/mcp-tool.ts";
import { ToolOutput } from "./tools/tool-output.ts";
import { ToolRun } from "./tools/tool-run.ts";

/** The one implementation of {@link AgentGatewayClient}. */
export class FlowClient<T extends AccessToken> implements AgentGatewayClient<T> {
  readonly #settings: ClientSettings;
  readonly #flows: FlowResolver<T>;
  readonly #sessions: McpSessions;
  #closing: Promise<void> | undefined;

  constructor(options: AgentGatewayClientOptions<T>) {
    this.#settings = clientSettings(options);
    this.#flows = new FlowResolver(options);
    this.#sessions = new McpSessions(this.#settings);
  }

  async getSystemAuth(options: CallOptions = {}): Promise<T> {
    if (isPlainObject(options) && "userToken" in options) {
      throw new TypeError('Cannot get a system token: "userToken" is for getUserAuth()');
    }
    const doing = "get a system token";
    checkCallOptions(options, { method: "getSystemAuth", doing });
    return this.#auth(doing, options);
  }

  async getUserAuth(userToken: UserToken, options: UserAuthOptions = {}): Promise<T> {
    const doing = "get a user token";
    checkCallOptions(options, { method: "getUserAuth", doing });
    return this.#auth(doing, { ...options, userToken });
  }

  async listMcpTools(options: ListOptions) {
    assertListOptions(options, "list the tools");
    const doing = "list the MCP servers";
    const { flow, caller, refs } = await this.#list(doing, options, (flow) => flow.listMcpServers);
    const { maxListBytes, maxTools } = this.#settings;
    const timeout = this.#timeout(doing, options);
    const { found: tools, failures } = await discover(refs, {
      ...this.#discovery(options),
      ask: async (server) => {
        const doing = `list the tools of the MCP server ${shownName(server.name)}`;
        const request = { ...caller, ...targetRequest(server) };
        const listed = new ListedTools(server, this.#sessions.validators);
        const tools = await this.#within(doing, options, (signal) =>
          this.#sessions.call({
            flow,
            server,
            request,
            doing,
            signal,
            limits: { maxBytes: maxListBytes, bytesName: '"maxListBytes"', maxTools },
            mend: listed.mend,
            run: (client, signal) => listTools(client, server, { signal, timeout, listed }),
          }),
        );
        return discoveredTools(server, { tools, listed, doing });
      },
    });
    return { tools, failures };
  }

  async callMcpTool(
    tool: McpToolRef,
    args: Readonly<Record<string, unknown>>,
    options: CallMcpToolOptions,
  ) {
    assertToolCall(tool, args);
    assertToolCallOptions(options);
    const { signal, onProgress } = options;
    const { timeout, total } = toolTimeouts(options, this.#settings);
    const { server } = tool;
    const doing = `call the tool ${shownName(tool.name)} of the MCP server ${shownName(server.name)}`;
    const toolRun = new ToolRun();
    const output = new ToolOutput(doing);
    const timeoutReason = () => toolRun.errorFor(tookTooLong(doing, total));
    const deadline = { timeoutMs: total, timeoutReason, signals: [signal] };
    // Awaited: to return a promise from an async function takes three turns of the queue in place of one.
    const start = { timeoutMs: options.timeoutMs, doing };
    return await startedInTime(deadline, start, async ({ signal, started }) => {
      const { flow, caller } = await this.#beginInTime(options, signal);
      const request = { ...caller, ...targetRequest(server, tool.name) };
      return await this.#sessions.call({
        flow,
        server,
        request,
        doing,
        signal,
        toolRun,
        limits: { maxBytes: this.#settings.maxCallBytes, bytesName: '"maxCallBytes"' },
        mend: output.mend,
        run: (client, signal) => {
          started();
          return callTool(client, tool, { args, timeout, signal, onProgress, output });
        },
      });
    });
  }

  async listAgentCards(options: ListOptions) {
    const doing = "list the agents";
    assertListOptions(options, doing);
    const { flow, caller, refs } = await this.#list(doing, options, (flow) => flow.listAgents);
    const settings = this.#settings;
    const { found: cards, failures } = await discover(refs, {
      ...this.#discovery(options),
      ask: async (agent) => {
        const doing = `read the card of the agent ${shownName(agent.name)}`;
        const tokens = userOrSystemTokens(flow, caller, doing);
        const card = await this.#within(doing, options, (signal) =>
          readAgentCard(agent, { flow, tokens, request: caller, settings, doing, signal }),
        );
        return { found: card === undefined ? [] : [card], failures: [] };
      },
    });
    return { cards, failures };
  }

  async getClientId(
    options: Pick<CallOptions, "signal" | "timeoutMs"> = {},
  ): Promise<string | undefined> {
    const doing = "get the client id";
    checkCallOptions(options, { method: "getClientId", doing });
    return this.#within(doing, options, async (signal) => {
      const { flow } = await this.#begin({});
      return flow.clientId({ signal });
    });
  }

  clearTokenCache(): void {
    this.#flows.known?.clearTokens();
  }

  close(): Promise<void> {
    // The sessions present a token when they end, so the flow goes last.
    this.#closing ??= this.#sessions.close().then(() => this.#flows.close());
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #auth(doing: string, options: CallerInit & CallOptions): Promise<T> {
    return this.#within(doing, options, async (signal) => {
      const { flow, caller } = await this.#begin(
        options,
        "use getSystemAuth() if there is no user",
      );
      const tokens = userOrSystemTokens(flow, caller, doing, "call getUserAuth(userToken)");
      return checkedToken(await tokens.getToken(caller, { signal }));
    });
  }

  /** Resolves the caller and the flow, and gets the flow's list for this caller. */
  #list<Ref>(
    doing: string,
    options: ListOptions,
    lister: (
      flow: GatewayFlow<T>,
    ) => (options: { signal: AbortSignal; tenant?: string }) => Promise<readonly Ref[]>,
  ) {
    return this.#within(doing, options, async (signal) => {
      const { flow, caller } = await this.#begin(options);
      const { tenant } = caller;
      const refs = await lister(flow).call(flow, {
        signal,
        ...(tenant !== undefined && { tenant }),
      });
      return { flow, caller, refs };
    });
  }

  #discovery({ filter = {}, signal, failures }: ListOptions) {
    const limit = this.#settings.discoveryConcurrency;
    return { filter, signal, limit, throws: failures !== "return" };
  }

  async #begin(
    options: CallerInit,
    noUser?: string,
  ): Promise<{ flow: GatewayFlow<T>; caller: Caller }> {
    const caller = await resolveCaller(options, noUser);
    // Looked at last: what a detector found after the close would stay open.
    if (this.#closing !== undefined) {
      throw new TokenError("ERR_TOKEN_CLOSED", "Cannot make the call: the client is closed");
    }
    const flow = await this.#flows.get();
    return { flow, caller: flowCaller(flow, caller, this.#settings) };
  }

  #timeout(doing: string, { timeoutMs }: Pick<CallOptions, "timeoutMs">): number {
    return callTimeout(timeoutMs, { byDefault: this.#settings.timeoutMs, doing });
  }

  /** The tool's own time begins when it is known who calls. What is known already needs no time limit. */
  #beginInTime(options: CallMcpToolOptions, signal: AbortSignal) {
    const { userToken, tenant } = options;
    const asksUser = typeof userToken === "function" || typeof tenant === "function";
    if (!asksUser && this.#flows.known !== undefined) return this.#begin(options);
    return this.#within("find out who calls", { signal }, () => this.#begin(options));
  }

  async #within<R>(
    doing: string,
    options: Pick<CallOptions, "signal" | "timeoutMs">,
    work: (signal: AbortSignal) => Promise<R>,
  ): Promise<R> {
    const timeoutMs = this.#timeout(doing, options);
    const timeoutReason = () => noResponse(doing, timeoutMs);
    const deadline = { timeoutMs, timeoutReason, signals: [options.signal] };
    return withinDeadline(deadline, ({ signal }) => work(signal));
  }
}
