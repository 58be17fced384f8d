import { TokenError, type TokenRequest } from "@agent-oauth/core";

/** What a token for a server is asked for. */
export type TargetRequest = Pick<TokenRequest, "audience" | "resource" | "scope">;

/** An MCP server and for whom its tokens must be, in the form that `mcpServers` of `@agent-oauth/client` takes. */
export interface McpServerRef {
  readonly name: string;
  /** Its Streamable HTTP endpoint. */
  readonly url: string;
  /** What a token for this server is asked for. */
  readonly request?: TargetRequest;
  /** By tool name: members that replace those of `request` at calls of that tool. */
  readonly tools?: Readonly<Record<string, TargetRequest>>;
}

/**
 * Resolves the audience of a tool, for `toolTokens` of `@agent-oauth/core`: the tool's own, else its server's, else none.
 * The function it returns throws `ERR_TOKEN_CONFIG` for a server that is not listed: a token for nobody in particular
 * would be sent there.
 *
 * @example
 * ```ts
 * const servers = parseMcpServers(config);
 * const tokens = toolTokens(source, { audienceOf: toolAudiences(servers) });
 * ```
 */
export function toolAudiences(
  servers: readonly McpServerRef[],
): (tool: { readonly server: string; readonly name: string }) => readonly string[] | undefined {
  const byName = new Map(servers.map((server) => [server.name, server]));
  return ({ server, name }) => {
    const ref = byName.get(server);
    if (ref === undefined) {
      throw new TokenError(
        "ERR_TOKEN_CONFIG",
        `Cannot tell for whom a token must be: there is no MCP server ${JSON.stringify(server)}`,
      );
    }
    return ref.tools?.[name]?.audience ?? ref.request?.audience;
  };
}
