import { type JSONRPCErrorResponse, SdkError, SdkErrorCode } from "@modelcontextprotocol/client";
import type { SentMessage } from "./session-call.ts";

/** Sends a request; calls `onRequestStreamEnd` when the event stream of its response has ended for good. */
export type SendRequest = (options: { readonly onRequestStreamEnd: () => void }) => Promise<void>;

/** Hands a response to the MCP SDK, as if the server had sent it. */
export type Deliver = (response: JSONRPCErrorResponse) => void;

/**
 * Sends a request, and rejects when its response cannot come any more: the MCP SDK would wait until the time limit. A response
 * without the result cannot bring it later, and an event stream that ended only if it cannot be resumed.
 * An error without an id is the response if no other came.
 */
export function answeredRequest(
  sent: SentMessage,
  send: SendRequest,
  deliver: Deliver,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = () => {
      const { id, strayError: error } = sent;
      if (sent.isAnswered !== true && error !== undefined) {
        deliver({ jsonrpc: "2.0", id: id as JSONRPCErrorResponse["id"], error });
      }
      if (sent.isAnswered === true) resolve();
      else reject(unanswered(sent));
    };
    sent.giveUp = ended;
    send({ onRequestStreamEnd: ended }).then(() => {
      if (sent.isStreamed !== true) ended();
    }, reject);
  });
}

function unanswered({ isStreamed, isGarbled }: SentMessage): SdkError {
  return isStreamed === true && isGarbled !== true
    ? new SdkError(SdkErrorCode.ConnectionClosed, "The stream of the response ended")
    : new SdkError(SdkErrorCode.ClientHttpUnexpectedContent, "The response has no result");
}
