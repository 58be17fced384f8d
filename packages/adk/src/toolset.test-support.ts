import type { McpServerRef } from "@agent-oauth/client";
import { onTestFinished } from "vitest";
import { McpToolset, type McpToolsetOptions } from "./index.ts";
import type { TestServer } from "./mcp-server.test-support.ts";
import { scriptedTokens } from "./scripted-tokens.test-support.ts";

/** The reference to a test server. */
export function refOf({ url }: TestServer, more: Partial<McpServerRef> = {}): McpServerRef {
  return { name: "orders", url, ...more };
}

/** A toolset of test servers with counting tokens, disposed of with the test. */
export function toolsetOf(
  servers: readonly TestServer[],
  options: Partial<McpToolsetOptions> & { readonly refs?: readonly McpServerRef[] } = {},
) {
  const tokens = scriptedTokens();
  const { refs = servers.map((server) => refOf(server)), ...rest } = options;
  const toolset = new McpToolset({
    servers: refs,
    tokens: tokens.source,
    allowInsecureHosts: servers.map(({ host }) => host),
    ...rest,
  } as McpToolsetOptions);
  onTestFinished(() => toolset.dispose());
  return { toolset, tokens };
}
