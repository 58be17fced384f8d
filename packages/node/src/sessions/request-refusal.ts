/** How a server refuses a request of an MCP session before it does any work. */
import { boundedText, refusalOf } from "@agent-oauth/core/internal";

/** A refusal needs no longer body than this: 64 KiB. */
const MAX_REFUSAL_BYTES = 65_536;

/** A request as `fetch` was given it. */
export interface SentRequest {
  readonly input: Parameters<typeof globalThis.fetch>[0];
  readonly init: RequestInit | undefined;
}

/** Tells whether a request carries a JSON-RPC message. Only those run tools. */
export function isMessage({ input, init }: SentRequest): boolean {
  const method = init?.method ?? (input instanceof Request ? input.method : "GET");
  return method.toUpperCase() === "POST";
}

/**
 * Returns `"token"` if the server wants another token, `"session"` if it does not know the session, and `undefined` if it took
 * the request. The response stays unread.
 */
export async function requestRefusal(
  response: Response,
  sent: SentRequest,
): Promise<"token" | "session" | undefined> {
  const { status } = response;
  if (status === 401) return "token";
  if (status !== 400 && status !== 404) return undefined;
  const { input, init } = sent;
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : {}));
  // A request without a session loses none: clients first ask which revision a server speaks.
  if (!headers.has("mcp-session-id")) return undefined;
  const text =
    status === 400 ? await boundedText(response.clone().body, MAX_REFUSAL_BYTES) : undefined;
  const refusal = refusalOf({ status, hasSession: true, id: messageId(init?.body), text });
  return refusal.beforeWork ? "session" : undefined;
}

/** Returns the JSON-RPC id of a message. The SDKs send texts. */
function messageId(body: unknown): unknown {
  if (typeof body !== "string") return undefined;
  try {
    const message: { readonly id?: unknown } | null = JSON.parse(body);
    return message?.id;
  } catch {
    return undefined;
  }
}
