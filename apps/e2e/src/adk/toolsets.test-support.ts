import { AsyncLocalStorage } from "node:async_hooks";
import { McpToolset } from "@agent-oauth/adk";
import { cachingTokenSource } from "@agent-oauth/core";
import type { StsMcpServerInfo } from "@agent-oauth/mock-sts";
import type { StsTokenSource } from "@agent-oauth/sts";
import { type BaseToolset, MCPToolset } from "@google/adk";

/** A toolset with one tool, and what an application does beside it so that a run acts for its user. */
export interface ToolsetInUse {
  readonly toolset: BaseToolset;
  readonly actingFor: <T>(user: string, run: () => Promise<T>) => Promise<T>;
  /** Ends the sessions that are left. */
  readonly end: () => Promise<void>;
}

/** Where the tool is, and how its users' tokens are got. */
export interface ToolsetSurroundings {
  readonly server: StsMcpServerInfo;
  readonly source: StsTokenSource;
  readonly subjectOf: (user: string) => string | undefined;
}

const TOOLS = ["whoami"];

/** Ours: it finds the user of each call by itself. */
export function ownToolset({ server, source, subjectOf }: ToolsetSurroundings): ToolsetInUse {
  const { name, url, audience } = server;
  const toolset = new McpToolset({
    tokens: source,
    server: { name, url, request: { audience: [audience] } },
    subjectToken: ({ userId }) => subjectOf(userId),
    toolFilter: TOOLS,
    fetch: source.fetch,
  });
  return { toolset, actingFor: (_user, run) => run(), end: () => toolset.dispose() };
}

/** ADK's, its header written at the start of each run. */
export function stockToolsetByHeader(surroundings: ToolsetSurroundings): ToolsetInUse {
  const headers: Record<string, string> = {};
  const { fetch } = surroundings.source;
  const bearer = bearerOf(surroundings);
  return {
    ...stockToolset(surroundings, { fetch, requestInit: { headers } }),
    async actingFor(user, run) {
      headers.authorization = await bearer(user);
      return run();
    },
  };
}

/** ADK's, with a fetch that knows by the asynchronous context whose run it is in. */
export function stockToolsetByFetch(surroundings: ToolsetSurroundings): ToolsetInUse {
  const current = new AsyncLocalStorage<string>();
  const bearer = bearerOf(surroundings);
  const fetch: typeof globalThis.fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("authorization", current.getStore() ?? "");
    return surroundings.source.fetch(input, { ...init, headers });
  };
  return {
    ...stockToolset(surroundings, { fetch }),
    actingFor: async (user, run) => current.run(await bearer(user), run),
  };
}

type StreamableHttp = Extract<ConstructorParameters<typeof MCPToolset>[0], { url: string }>;

function stockToolset(
  { server: { url } }: ToolsetSurroundings,
  transportOptions: NonNullable<StreamableHttp["transportOptions"]>,
) {
  const type = "StreamableHTTPConnectionParams";
  const toolset = new MCPToolset({ type, url, transportOptions }, TOOLS);
  return { toolset, end: () => toolset.close() };
}

/** ADK leaves getting the token to the application. */
function bearerOf({ server: { audience }, source, subjectOf }: ToolsetSurroundings) {
  const tokens = cachingTokenSource(source);
  return async (user: string) => {
    const subjectToken = subjectOf(user) ?? "";
    const { token } = await tokens.getToken({ subjectToken, audience: [audience] });
    return `Bearer ${token}`;
  };
}
