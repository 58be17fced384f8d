import type { McpServerRef, TargetRequest } from "./gateway-flow.ts";

/** What a token for a server, or for one of its tools, is asked for. Whatever else the reference holds stays behind. */
export function targetRequest(
  { request, tools }: Pick<McpServerRef, "request" | "tools">,
  tool?: string,
): TargetRequest {
  const ofTool =
    tools && tool !== undefined && Object.hasOwn(tools, tool) ? tools[tool] : undefined;
  const { audience, resource, scope } = { ...request, ...ofTool };
  return { ...(audience && { audience }), ...(resource && { resource }), ...(scope && { scope }) };
}
