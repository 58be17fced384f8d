import { setTimeout } from "node:timers/promises";

/** Cuts the second half of a body off, in a complete HTTP message. */
export async function truncate(answer: Response): Promise<Response> {
  return withBody(answer, await firstHalf(answer));
}

/** Reads the first half of a body. */
export async function firstHalf(answer: Response): Promise<string> {
  const text = await answer.text();
  return text.slice(0, Math.ceil(text.length / 2));
}

/** Adds a brace too many: whatever JSON it was, it is none now. */
export async function malform(answer: Response): Promise<Response> {
  return withBody(answer, `${await answer.text()}}`);
}

/** Declares a body to be of another type. */
export async function redeclare(answer: Response, contentType: string): Promise<Response> {
  const headers = new Headers(answer.headers);
  headers.set("Content-Type", contentType);
  return new Response(await answer.text(), { status: answer.status, headers });
}

/** Sends a body in dribbles, until the client has it or gives up. */
export async function slowDown(
  answer: Response,
  { chunkBytes = 16, intervalMs = 100 }: SlowBody,
): Promise<Response> {
  const whole = new Uint8Array(await answer.arrayBuffer());
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
  return withBody(answer, body);
}

interface SlowBody {
  readonly chunkBytes?: number | undefined;
  /** Time between two chunks, in milliseconds. */
  readonly intervalMs?: number | undefined;
}

/** Copies an answer with another body. */
export function withBody(answer: Response, body: string | ReadableStream<Uint8Array>): Response {
  const headers = new Headers(answer.headers);
  headers.delete("Content-Length");
  return new Response(body, { status: answer.status, headers });
}
