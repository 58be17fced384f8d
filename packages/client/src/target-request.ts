import type { McpServerRef, TargetRequest } from "./gateway-flow.ts";

/** What a token for a server, or for one of its tools, is asked for. Whatever else the reference holds stays behind. */
export function targetRequest(
  { request, tools }: Pick<McpServerRef, "request" | "tools">,
  tool?: string,
): TargetRequest {
  const ofTool = tool === undefined ? undefined : tools?.[tool];
  const { audience, resource, scope } = { ...request, ...ofTool };
  return { ...(audience && { audience }), ...(resource && { resource }), ...(scope && { scope }) };
}
