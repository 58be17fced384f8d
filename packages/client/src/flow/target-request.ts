import type { McpServerRef, TargetRequest } from "@agent-oauth/core/gateway";
import { checkOptions, type OptionNames, shownName } from "@agent-oauth/core/internal";

/**
 * What a token for a server, or for one of its tools, is asked for.
 *
 * @throws TypeError naming the member that does not exist: without it the token would be requested for another target.
 */
export function targetRequest(
  { name, request, tools }: Pick<McpServerRef, "name" | "request" | "tools">,
  tool?: string,
): TargetRequest {
  const server = shownName(String(name));
  const ofTool =
    tool !== undefined && tools && Object.hasOwn(tools, tool) ? tools[tool] : undefined;
  assertTarget(request, `the "request" of the MCP server ${server}`);
  assertTarget(ofTool, `what the MCP server ${server} says in "tools"`);
  const { audience, resource, scope } = { ...request, ...ofTool };
  return { ...(audience && { audience }), ...(resource && { resource }), ...(scope && { scope }) };
}

/** @throws TypeError if it is not a plain object, or naming the member that does not exist. */
export function assertTarget(target: unknown, what: string): void {
  checkOptions(target, { doing: `use ${what}`, names: TARGET, what: "it", member: "member" });
}

const TARGET: OptionNames<TargetRequest> = { audience: true, resource: true, scope: true };
