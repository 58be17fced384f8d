import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { firstHalf } from "./corrupted-bodies.ts";

/** Ends the connection before a response. */
export function resetBeforeHeaders({ incoming }: HttpBindings): Response {
  incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

/** Ends the connection within the body. */
export async function resetAfterHeaders(
  { outgoing }: HttpBindings,
  response: Response,
): Promise<Response> {
  const half = await firstHalf(response);
  const headers = { "Content-Type": "application/json", "Content-Length": half.length * 2 };
  outgoing.writeHead(response.status, headers);
  await new Promise<void>((resolve) => outgoing.write(half, () => resolve()));
  outgoing.destroy();
  return RESPONSE_ALREADY_SENT;
}

/** Sends the whole body with a wrong `Content-Length`, and then closes the connection. */
export async function sendWrongLength(
  { outgoing, incoming }: HttpBindings,
  response: Response,
  differenceBytes: number,
): Promise<Response> {
  const body = Buffer.from(await response.arrayBuffer());
  const length = Math.max(0, body.byteLength + differenceBytes);
  outgoing.writeHead(response.status, {
    ...Object.fromEntries(response.headers),
    "Content-Length": length,
    Connection: "close",
  });
  outgoing.write(body, () => incoming.socket.end());
  return RESPONSE_ALREADY_SENT;
}
