import { JsonValues } from "./json-values.ts";
import type { ResponseBudget } from "./response-budget.ts";
import type { SessionCall } from "./session-call.ts";

/**
 * Makes a fetch whose responses are read no further than the budget of their call, and no longer than somebody waits for them.
 * The MCP SDK buffers a response whatever its length, and goes on when the call has timed out: a hostile server could fill the
 * memory. What belongs to no call has the budget that `without` makes for each response.
 */
export function boundedAnswers(
  fetch: typeof globalThis.fetch,
  { current, without }: { current: () => SessionCall | undefined; without: () => ResponseBudget },
): typeof globalThis.fetch {
  return async (input, init) => {
    const call = current();
    const { budget = without() } = call ?? {};
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
    const answer = await fetch(input, init);
    if (answer.body === null) return answer;
    const values = new JsonValues();
    const count = counted((chunk) => {
      spend(() => budget.addBytes(chunk.byteLength));
      spend(() => budget.addValues(values.count(chunk)));
    });
    const body = answer.body.pipeThrough(count, call && { signal: call.over });
    return new Response(body, { status: answer.status, headers: answer.headers });
  };
}

function counted(count: (chunk: Uint8Array) => void): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      count(chunk);
      controller.enqueue(chunk);
    },
  });
}
