import { TokenError } from "@agent-oauth/core";
import type { McpServerRef } from "@agent-oauth/core/gateway";
import type { ListedTools } from "../tools/listed-tools.ts";
import type { McpTool } from "../tools/mcp-tool.ts";
import type { Discovered } from "./discovery.ts";

/** What a server said to the question for its tools. */
export interface ToolsResponse {
  /** `undefined` if it does not declare that it has tools. */
  readonly tools: readonly McpTool[] | undefined;
  readonly listed: ListedTools;
  /** Completes "Cannot …". */
  readonly doing: string;
}

/** Returns the tools of one server, and what is missing among them. */
export function discoveredTools(
  ref: McpServerRef,
  { tools, listed, doing }: ToolsResponse,
): Discovered<McpServerRef, McpTool> {
  if (tools === undefined) {
    const message = `Cannot ${doing}: the server does not declare the capability "tools"; check its URL`;
    const error = new TokenError("ERR_TOKEN_RESPONSE", message);
    return { found: [], failures: [{ ref, reason: "no-tools", error }] };
  }
  const failures = listed.failures.map((failure) => ({ ref, ...failure }));
  return { found: tools, failures };
}
