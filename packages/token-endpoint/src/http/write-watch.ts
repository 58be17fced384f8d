import type { Dispatcher } from "undici";

/** Watches whether anything of a request's body was handed to its connection. */
export interface WriteWatch {
  /** Sends the request. */
  readonly dispatcher: Dispatcher;
  /** Whether the server may have the request: false only if none of its body can have been written. */
  mayHaveWritten(): boolean;
}

/**
 * Watches one request, which must be sent over a dispatcher that writes what it takes of the body: undici's `Agent` asks for
 * a body once it has a connection. A server cannot have processed a form of which it has nothing.
 */
export function watchWriting(dispatcher: Dispatcher): WriteWatch {
  let mayHaveWritten = false;
  async function* noted(chunks: AsyncIterable<unknown>) {
    for await (const chunk of chunks) {
      mayHaveWritten = true;
      yield chunk;
    }
  }
  return {
    mayHaveWritten: () => mayHaveWritten,
    dispatcher: dispatcher.compose((dispatch) => (request, handler) => {
      const { body } = request;
      // What fetch sends is iterated; of anything else, or of none, nothing can be said.
      if (!isIterated(body)) mayHaveWritten = true;
      const watched = isIterated(body) ? (noted(body) as unknown as typeof body) : body;
      return dispatch({ ...request, body: watched ?? null }, handler);
    }),
  };
}

function isIterated(body: unknown): body is AsyncIterable<unknown> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}
