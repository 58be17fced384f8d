import { TokenError } from "@agent-oauth/core";
import type { McpServerRef, TargetRequest } from "@agent-oauth/core/gateway";
import { checkOptions, kindOf, type OptionNames, shownName } from "@agent-oauth/core/internal";

const DOING = "resolve audiences";

const SERVER: OptionNames<McpServerRef> = {
  name: true,
  url: true,
  request: true,
  tools: true,
  ordId: true,
  globalTenantId: true,
  fault: true,
};
const TARGET: OptionNames<TargetRequest> = { audience: true, resource: true, scope: true };

/**
 * Makes the function that resolves the audience of a tool, for `toolTokens` of `@agent-oauth/core`: the tool's own audience,
 * else its server's, else none. It throws `ERR_TOKEN_CONFIG` for a server that is not listed: that server would get a token
 * without an audience.
 *
 * @example
 * ```ts
 * const servers = parseMcpServers(config);
 * const tokens = toolTokens(source, { audienceOf: toolAudiences(servers) });
 * ```
 * @throws TypeError if `servers` is not a list, or if a server, its request or the request of one of its tools has an unknown member: with a misspelt
 * audience, tokens would be valid for every audience.
 */
export function toolAudiences(
  servers: readonly McpServerRef[],
): (tool: { readonly server: string; readonly name: string }) => readonly string[] | undefined {
  if (!Array.isArray(servers)) {
    throw new TypeError(`Cannot ${DOING}: "servers" must be a list, not ${kindOf(servers)}`);
  }
  for (const server of servers) checkServer(server);
  const byName = new Map(servers.map((server) => [server.name, server]));
  return ({ server, name }) => {
    const ref = byName.get(server);
    if (ref === undefined) {
      throw new TokenError(
        "ERR_TOKEN_CONFIG",
        `Cannot resolve the audience: MCP server ${shownName(server)} is not configured`,
      );
    }
    return ref.tools?.[name]?.audience ?? ref.request?.audience;
  };
}

function checkServer(server: McpServerRef): void {
  const check = (
    part: unknown,
    names: Readonly<Record<string, true>>,
    { what, ...rule }: { what: string; required?: boolean },
  ) => checkOptions(part, { doing: DOING, names, what, member: `member of ${what}`, ...rule });
  check(server, SERVER, { what: "a server", required: true });
  check(server.request, TARGET, { what: "a server's request" });
  for (const target of Object.values(server.tools ?? {})) {
    check(target, TARGET, { what: "a tool's request" });
  }
}
