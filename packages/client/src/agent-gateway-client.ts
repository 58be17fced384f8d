import type { AccessToken } from "@agent-oauth/core";
import type { AgentRef, McpServerRef } from "@agent-oauth/core/gateway";
import type { AgentCard } from "./agents/agent-card.ts";
import type {
  CallMcpToolOptions,
  CallOptions,
  ListOptions,
  UserAuthOptions,
} from "./call-options.ts";
import type { UserToken } from "./caller.ts";
import type { DiscoveryFailure } from "./discovery/discovery-failure.ts";
import type { McpTool, McpToolRef, McpToolResult } from "./tools/mcp-tool.ts";

/** Gets tokens, discovers MCP tools and A2A agents, and calls tools, with the right token for each user and server. */
export interface AgentGatewayClient<T extends AccessToken = AccessToken> extends AsyncDisposable {
  /** Returns the flow's system token. */
  getSystemAuth(options?: CallOptions): Promise<T>;
  /** Returns the flow's token for a user. */
  getUserAuth(userToken: UserToken, options?: UserAuthOptions): Promise<T>;
  /**
   * Lists the tools of all servers, for a user or for the agent itself. A server that cannot be asked, lists more than it may
   * or declares no tools is among the `failures`, and so is each tool that cannot be used. The list rejects only if every server
   * failed, with a `DiscoveryError` that has the failures; the option `failures: "return"` returns them in any case.
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
