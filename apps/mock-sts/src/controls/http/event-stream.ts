import type { RecordedRequest } from "../../recording/recorded-request.ts";
import type { Recorder } from "../../recording/recorder.ts";
import { matchesFilter } from "../../recording/request-filter.ts";
import type { RequestFilter } from "../../recording/request-match.ts";
import type { Subscribers } from "../../recording/subscribers.ts";

/**
 * The highest number of new events that wait for a slow client. Then it is cut off, and may
 * reconnect for the rest.
 */
export const MAX_WAITING_EVENTS = 1_000;

/**
 * Streams answered requests as server-sent events; those that the client has missed come first.
 *
 * @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html Server-sent events}
 */
export function eventStream(recorder: Recorder, options: EventStreamOptions): Response {
  const { sinceAnswerId, ...filter } = options.filter;
  const since = lastEventId(options.request) ?? sinceAnswerId ?? recorder.lastAnswerId;
  const missed = recorder.select({ ...filter, sinceAnswerId: since }).toSorted(byResponse);
  // The head goes out with the first bytes: a client that waits for it must not wait for a request.
  const backlog = [": connected\n\n", ...missed.map(requestEvent)];
  const body = queueOf(backlog, (send) => {
    const stops = [
      options.changes.subscribe(() => send("event: change\ndata: {}\n\n")),
      recorder.onAnswer((answered) => {
        if (matchesFilter(answered, filter)) send(requestEvent(answered));
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  });
  return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
}

/** The request of a client of the stream. */
export interface EventStreamOptions {
  readonly filter: RequestFilter;
  readonly changes: Subscribers<void>;
  /** Its header `Last-Event-ID` names the newest event that the client has. */
  readonly request: Request;
}

/** Streams texts, and then the texts of a source, until the reader goes away or is too slow. */
function queueOf(
  backlog: readonly string[],
  source: (send: (text: string) => void) => () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let stop = () => {};
  return new ReadableStream(
    {
      start(controller) {
        for (const text of backlog) controller.enqueue(encoder.encode(text));
        stop = source((text) => {
          if ((controller.desiredSize ?? 0) > 0) return controller.enqueue(encoder.encode(text));
          stop();
          controller.close();
        });
      },
      cancel: () => stop(),
    },
    { highWaterMark: backlog.length + MAX_WAITING_EVENTS },
  );
}

function requestEvent(request: RecordedRequest): string {
  return `id: ${request.answerId}\nevent: request\ndata: ${JSON.stringify(request)}\n\n`;
}

function byResponse({ answerId: a = 0 }: RecordedRequest, { answerId: b = 0 }: RecordedRequest) {
  return a - b;
}

function lastEventId({ headers }: Request): number | undefined {
  const header = headers.get("last-event-id");
  if (header === null) return undefined;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw new TypeError('"Last-Event-ID" must be the number of a response');
}
