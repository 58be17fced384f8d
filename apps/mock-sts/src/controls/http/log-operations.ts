import { z } from "zod";
import type { RecordedRequest } from "../../recording/recorded-request.ts";
import type { Recorder } from "../../recording/recorder.ts";
import type { RequestFilter } from "../../recording/request-match.ts";
import { FILTER_QUERY_SCHEMA, recordedRequestSchema } from "../../recording/request-schema.ts";
import type { Subscribers } from "../../recording/subscribers.ts";
import { type ControlOperation, NotFoundError, operation } from "./control-operation.ts";
import { eventStream } from "./event-stream.ts";

/** The longest wait for a request, in milliseconds: ten minutes. */
const MAX_WAIT_MS = 600_000;

/** Operations that show the requests to the mock. */
export function logOperations(
  recorder: Recorder,
  changes: Subscribers<void>,
): readonly ControlOperation[] {
  return [
    operation({
      id: "listRequests",
      method: "get",
      path: "/requests",
      summary: "Lists the requests that match, the oldest first.",
      query: FILTER_QUERY_SCHEMA.extend({
        limit: z.coerce
          .number<string>()
          .int()
          .min(1)
          .max(10_000)
          .default(1_000)
          .describe("The highest number of requests to list: the newest ones that match."),
      }),
      response: z.object({
        requests: z.array(recordedRequestSchema),
        matching: z.int().describe("Number of requests that match."),
        lastAnswerId: z.int().describe("Number of the newest response, to wait for later ones."),
      }),
      run: ({ query: { limit, ...filter } }) => {
        const found = recorder.select(filter);
        const { lastAnswerId } = recorder;
        return { requests: found.slice(-limit), matching: found.length, lastAnswerId };
      },
    }),
    operation({
      id: "nextRequest",
      method: "get",
      path: "/requests/next",
      summary: "Waits for a request that matches and has its response.",
      description: "Without `sinceAnswerId`, only requests answered from now on count.",
      nothing: "None came in time.",
      query: FILTER_QUERY_SCHEMA.extend({
        timeoutMs: z.coerce.number<string>().int().min(0).max(MAX_WAIT_MS).default(30_000),
      }),
      response: recordedRequestSchema,
      run: ({ query: { timeoutMs, ...filter }, request }) =>
        nextAnswered(recorder, filter, [request.signal, AbortSignal.timeout(timeoutMs)]),
    }),
    operation({
      id: "getRequest",
      method: "get",
      path: "/requests/{id}",
      summary: "Shows one request.",
      parameters: z.object({ id: z.coerce.number<string>().int() }),
      response: recordedRequestSchema,
      run({ parameters: { id } }) {
        const found = recorder.select({ sinceId: id - 1 }).at(0);
        if (found?.id !== id) throw new NotFoundError(`the log holds no request ${id}`);
        return found;
      },
    }),
    operation({
      id: "clearRequests",
      method: "delete",
      path: "/requests",
      summary: "Forgets all requests, and sets the counts to zero.",
      run: () => recorder.clear(),
    }),
    operation({
      id: "streamEvents",
      method: "get",
      path: "/events",
      summary: "Streams events of the mock as server-sent events.",
      description:
        "`request`: a request has its response; the data is the request, the id is the number of the response, which a client sends as `Last-Event-ID` to go on. `change`: a client changed something over HTTP; get the state again.",
      query: FILTER_QUERY_SCHEMA,
      mediaType: "text/event-stream",
      response: z.string(),
      run: ({ query, request }) => eventStream(recorder, { filter: query, changes, request }),
    }),
  ];
}

/** Returns the first matching request that is answered; `undefined` if a signal aborts before. */
async function nextAnswered(
  recorder: Recorder,
  { sinceAnswerId = recorder.lastAnswerId, ...filter }: RequestFilter,
  signals: readonly AbortSignal[],
): Promise<RecordedRequest | undefined> {
  const signal = AbortSignal.any([...signals]);
  try {
    const found = await recorder.waitFor({ ...filter, sinceAnswerId }, 1, { signal });
    return found.toSorted((a, b) => (a.answerId ?? 0) - (b.answerId ?? 0)).at(0);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
