import type { ReceivedRequest } from "../http/received-request.ts";
import { noteRefusal } from "../recording/note-refusal.ts";
import type { McpEndpoint } from "../servers/mcp-endpoint.ts";
import type { McpServerOptions } from "../servers/mcp-servers.ts";
import { callsTool } from "../servers/tool-calls.ts";
import type { Authorization } from "./bearer-authorization.ts";

/**
 * Tells whether an MCP server answers a request without a token: its `requireTokenFor` says so, and
 * the request neither calls a tool nor sends a token. A token that is sent must be valid.
 */
export function isOpenRequest(
  request: Request,
  { server, body }: { server: McpServerOptions | undefined; body: string },
): boolean {
  if (server?.requireTokenFor !== "tool-calls") return false;
  const sendsToken = request.headers.has("authorization") || hasMisplacedToken(request, body);
  return !sendsToken && !callsTool(body);
}

/** Tells whether a token is in the query or in the form, where it must not be. */
export function hasMisplacedToken(request: Request, body: string): boolean {
  if (new URL(request.url).searchParams.has("access_token")) return true;
  const isForm = request.headers
    .get("content-type")
    ?.startsWith("application/x-www-form-urlencoded");
  return isForm === true && new URLSearchParams(body).has("access_token");
}

/** Hands a request to its MCP server; the record gets the reason if the server refuses it. */
export async function forwardToServer(
  request: Request,
  { received, authorization, endpoint }: ForwardContext,
): Promise<Response> {
  const caller = authorization && callerOf(authorization);
  const response = await endpoint.handle(rebuild(request, received.body), caller);
  if (response.status >= 400) {
    noteRefusal(received.record, { description: await rpcMessage(response) });
  }
  return response;
}

/** A request that may reach its server. */
export interface ForwardContext {
  readonly received: ReceivedRequest;
  /** Absent for a request without a token. */
  readonly authorization?: Exclude<Authorization, { refusal: unknown }>;
  readonly endpoint: McpEndpoint;
}

function callerOf({ token, claims }: Exclude<Authorization, { refusal: unknown }>) {
  const scopes = String(claims.scope ?? "").split(" ");
  return { token, clientId: String(claims.client_id), scopes, extra: claims };
}

/** The body was read for the record: the SDK gets a copy of the request. */
function rebuild(request: Request, body: string): Request {
  const { method, headers, signal } = request;
  return new Request(request.url, { method, headers, signal, ...(method === "POST" && { body }) });
}

/** The message of a JSON-RPC error in a refused request. */
async function rpcMessage(response: Response): Promise<string | undefined> {
  try {
    const { error } = (await response.clone().json()) as { error?: { message?: unknown } };
    return typeof error?.message === "string" ? error.message : undefined;
  } catch {
    return undefined;
  }
}
