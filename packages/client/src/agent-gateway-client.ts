import type { AccessToken } from "@agent-oauth/core";
import type { Progress } from "@modelcontextprotocol/client";
import type { AgentCard } from "./agents/agent-card.ts";
import type { CallerOptions, Tenant, UserCaller, UserToken } from "./caller.ts";
import type { AgentGatewayClientOptions } from "./client-options.ts";
import type { DiscoveryFailure, DiscoveryFilter } from "./discovery/discovery.ts";
import type { AgentRef, McpServerRef } from "./flow/gateway-flow.ts";
import { FlowClient } from "./flow-client.ts";
import type { McpTool, McpToolRef, McpToolResult } from "./tools/mcp-tool.ts";

/** What every call that asks a server takes. */
export interface CallOptions {
  /** The tenant that the call is for. Flows that have only one drop it, with an event. */
  readonly tenant?: Tenant;
  /** Ends this call; what it shares with others goes on. */
  readonly signal?: AbortSignal;
  /** Milliseconds; default the client's `timeoutMs`, at tool calls its `toolTimeoutMs`. Lists have it for each server. */
  readonly timeoutMs?: number;
}

/** How a list is asked for, and for whom, which has to be said. */
export type ListOptions = CallOptions &
  CallerOptions & {
    readonly filter?: DiscoveryFilter;
  };

/** How a tool is called, and for whom, which has to be said. */
export type CallMcpToolOptions = CallOptions &
  CallerOptions & {
    /** How long the call may take in all, whatever progress the tool reports. Milliseconds; default the client's `maxTotalTimeoutMs`. */
    readonly maxTotalTimeoutMs?: number;
    /** Told of the progress that the tool reports. What it throws is ignored. */
    readonly onProgress?: (progress: Progress) => void;
  };

/** What {@link AgentGatewayClient.getUserAuth} takes. */
export type UserAuthOptions = CallOptions & Pick<UserCaller, "principal">;

/** Gets tokens, discovers MCP tools and A2A agents, and calls tools, with the right token for each user and server. */
export interface AgentGatewayClient<T extends AccessToken = AccessToken> extends AsyncDisposable {
  /** Returns the flow's system token. */
  getSystemAuth(options?: CallOptions): Promise<T>;
  /** Returns the flow's token for a user. */
  getUserAuth(userToken: UserToken, options?: UserAuthOptions): Promise<T>;
  /**
   * Lists the tools of all servers, for a user or for the agent itself. A server that cannot be asked, or lists more than it
   * may, is among the `failures`; only if none could, the list rejects.
   */
  listMcpTools(options: ListOptions): Promise<{
    readonly tools: readonly McpTool[];
    readonly failures: readonly DiscoveryFailure<McpServerRef>[];
  }>;
  /** Calls a tool, which runs at most once. A tool that fails is a result with `isError`; everything else that fails rejects. JSON-RPC errors come as the MCP SDK throws them. */
  callMcpTool(
    tool: McpToolRef,
    args: Readonly<Record<string, unknown>>,
    options: CallMcpToolOptions,
  ): Promise<McpToolResult>;
  /** Lists the agents with their cards; failures as in {@link AgentGatewayClient.listMcpTools}. */
  listAgentCards(options: ListOptions): Promise<{
    readonly cards: readonly AgentCard[];
    readonly failures: readonly DiscoveryFailure<AgentRef>[];
  }>;
  /** Returns the agent's own client identifier, if the flow has one. */
  getClientId(options?: Pick<CallOptions, "signal" | "timeoutMs">): Promise<string | undefined>;
  /** Drops every token; requests under way are not kept. MCP sessions stay. */
  clearTokenCache(): void;
  /** Refuses further calls, waits for those under way, ends the MCP sessions, and closes the flow if a detector made it. */
  close(): Promise<void>;
}

/**
 * Creates a client for the MCP servers and agents that a flow opens.
 *
 * @example
 * ```ts
 * await using client = createAgentGatewayClient({ flow });
 * const { tools } = await client.listMcpTools({ userToken });
 * const { text } = await client.callMcpTool(tools[0], { city: "Walldorf" }, { userToken });
 * ```
 * @throws TypeError | RangeError naming the option that is of a wrong type or out of range.
 */
export function createAgentGatewayClient<T extends AccessToken>(
  options: AgentGatewayClientOptions<T>,
): AgentGatewayClient<T> {
  return new FlowClient(options);
}
