import type { Readable } from "node:stream";
import { type Dispatcher, FormData } from "undici";

type Content = NonNullable<Dispatcher.DispatchOptions["body"]> | null;

/** What a request sends, perhaps once more. */
export interface ReplayableBody {
  readonly content: Content;
  /** Returns the body of the second request; `undefined` if it cannot be sent again. Called when the response has come. */
  again(): ReplayableBody | undefined;
}

/** What is kept of an async iterable while it is being sent: more than the messages of agents have. */
const MAX_KEPT_BYTES = 1_048_576;

/**
 * Makes a body that may be sent twice, if it can be: streams cannot. Of other async iterables, which is what
 * undici's `fetch` makes of every body, a copy is kept while they are sent, if they are short.
 */
export function replayableBody(content: Content): ReplayableBody {
  if (isInMemory(content)) return { content, again: () => lastBody(content) };
  // An error without a listener ends the process, and undici listens later.
  if (isStream(content)) content.on("error", () => {});
  return isIterated(content) ? keptBody(content) : lastBody(content);
}

function lastBody(content: Content): ReplayableBody {
  return { content, again: () => undefined };
}

function isInMemory(body: unknown): boolean {
  return (
    body === null ||
    typeof body === "string" ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof Blob ||
    body instanceof FormData
  );
}

function isIterated(body: unknown): body is AsyncIterable<Uint8Array | string> {
  return (
    typeof body === "object" && body !== null && Symbol.asyncIterator in body && !isStream(body)
  );
}

/** Also one that no copy of Node's classes made: undici takes it. */
function isStream(body: unknown): body is Readable {
  return typeof body === "object" && body !== null && "pipe" in body && "on" in body;
}

function keptBody(chunks: AsyncIterable<Uint8Array | string>): ReplayableBody {
  const kept: Buffer[] = [];
  let length = 0;
  let isWhole = false;
  async function* sent() {
    for await (const chunk of chunks) {
      length += chunk.length;
      if (length <= MAX_KEPT_BYTES) kept.push(Buffer.from(chunk));
      else kept.length = 0;
      yield chunk;
    }
    isWhole = length <= MAX_KEPT_BYTES;
  }
  return {
    // undici takes async iterables, though its types do not say so.
    content: sent() as unknown as Content,
    again: () => (isWhole ? lastBody(Buffer.concat(kept)) : undefined),
  };
}
