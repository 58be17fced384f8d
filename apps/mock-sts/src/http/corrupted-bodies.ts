import { setTimeout } from "node:timers/promises";

/** Cuts the second half of a body off, in a complete HTTP message. */
export async function truncate(response: Response): Promise<Response> {
  return withBody(response, await firstHalf(response));
}

/** Reads the first half of a body. */
export async function firstHalf(response: Response): Promise<string> {
  const text = await response.text();
  return text.slice(0, Math.ceil(text.length / 2));
}

/** Adds one brace too many: the body is no longer JSON. */
export async function malform(response: Response): Promise<Response> {
  return withBody(response, `${await response.text()}}`);
}

/** Declares a body to be of another type. */
export async function redeclare(response: Response, contentType: string): Promise<Response> {
  const headers = new Headers(response.headers);
  headers.set("Content-Type", contentType);
  return new Response(await response.text(), { status: response.status, headers });
}

/** Sends a body in small chunks, until the client has it or gives up. */
export async function slowDown(
  response: Response,
  { chunkBytes = 16, intervalMs = 100 }: SlowBody,
): Promise<Response> {
  const whole = new Uint8Array(await response.arrayBuffer());
  const gone = new AbortController();
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (sent > 0) await setTimeout(intervalMs, undefined, { signal: gone.signal });
      controller.enqueue(whole.subarray(sent, sent + chunkBytes));
      sent += chunkBytes;
      if (sent >= whole.byteLength) controller.close();
    },
    cancel: () => gone.abort(),
  });
  return withBody(response, body);
}

interface SlowBody {
  readonly chunkBytes?: number | undefined;
  /** Time between two chunks, in milliseconds. */
  readonly intervalMs?: number | undefined;
}

/** Copies a response with another body. */
export function withBody(response: Response, body: string | ReadableStream<Uint8Array>): Response {
  const headers = new Headers(response.headers);
  headers.delete("Content-Length");
  return new Response(body, { status: response.status, headers });
}
