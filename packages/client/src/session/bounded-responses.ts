import { JsonValues } from "../response/json-values.ts";
import { mendMessage } from "../response/mended-message.ts";
import type { ResponseBudget } from "../response/response-budget.ts";
import { countResponse } from "./counted-response.ts";
import type { SentMessage } from "./session-call.ts";

/**
 * Makes a fetch whose responses are read only within the budget of their call, and only while the call lasts. The MCP SDK
 * buffers responses of any length, and reads on after the call has timed out: a hostile server could fill the memory.
 * `without` makes the budget of a response that does not belong to a call.
 */
export function boundedResponses(
  fetch: typeof globalThis.fetch,
  { current, without }: { current: () => SentMessage | undefined; without: () => ResponseBudget },
): typeof globalThis.fetch {
  return async (input, init) => {
    const sent = current();
    const call = sent?.call;
    const budget = call?.budget ?? without();
    const spend = (what: () => void) => {
      try {
        what();
      } catch (error) {
        // The SDK would wait on when an event stream fails.
        call?.breakOff(error);
        throw error;
      }
    };
    spend(() => budget.addResponse());
    const sending = fetch(input, init);
    const response = await (call === undefined ? sending : call.awaiting(sending));
    const values = new JsonValues();
    const body = countResponse(response, {
      count: (chunk) =>
        spend(() => {
          budget.addBytes(chunk.byteLength);
          budget.addValues(values.count(chunk));
        }),
      change: sent && ((message) => mendMessage(message, sent)),
    });
    if (body !== undefined) call?.reading(body);
    if (sent !== undefined && isEventStream(response)) sent.isStreamed = true;
    return response;
  };
}

/** Tells whether a response is an event stream. */
export function isEventStream({ headers, ok, status }: Response): boolean {
  // A 202 has no response, whatever its type is.
  return (
    ok && status !== 202 && /^text\/event-stream *(;|$)/i.test(headers.get("content-type") ?? "")
  );
}
