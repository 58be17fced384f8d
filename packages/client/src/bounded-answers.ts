import { TokenError } from "@agent-oauth/core";

/** What ends the reading of an answer. */
export interface BoundedAnswersOptions {
  /** Decompressed; of a stream of events, all of it. */
  readonly maxBytes: number;
  /** Aborted when nobody waits for the answer any more; asked when the request is sent. */
  readonly over: () => AbortSignal | undefined;
}

/**
 * Makes a fetch whose answers are read no further than their limit, and no longer than somebody waits for them. The MCP SDK
 * buffers an answer whatever its length, and goes on when the call has timed out: a hostile server could fill the memory.
 */
export function boundedAnswers(
  fetch: typeof globalThis.fetch,
  { maxBytes, over }: BoundedAnswersOptions,
): typeof globalThis.fetch {
  return async (input, init) => {
    const signal = over();
    const answer = await fetch(input, init);
    if (answer.body === null) return answer;
    const body = answer.body.pipeThrough(limit(maxBytes), signal && { signal });
    return new Response(body, { status: answer.status, headers: answer.headers });
  };
}

function limit(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let length = 0;
  return new TransformStream({
    transform(chunk, controller) {
      length += chunk.byteLength;
      if (length <= maxBytes) controller.enqueue(chunk);
      else controller.error(tooLong(maxBytes));
    },
  });
}

function tooLong(maxBytes: number): TokenError {
  return new TokenError(
    "ERR_TOKEN_RESPONSE",
    `Cannot read the answer of the MCP server: it is longer than ${maxBytes} bytes`,
  );
}
