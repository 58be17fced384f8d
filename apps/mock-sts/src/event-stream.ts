import { z } from "zod";
import type { RecordedRequest } from "./recorded-request.ts";
import type { Recorder } from "./recorder.ts";
import { matchesFilter } from "./request-filter.ts";
import type { RequestFilter } from "./request-match.ts";
import type { Signal } from "./signal.ts";

/** What a client of the stream wants. */
export interface EventStreamOptions {
  readonly filter: RequestFilter;
  readonly changes: Signal;
  /** Its header `Last-Event-ID` says what the client has. */
  readonly request: Request;
}

/** Most events that wait for a slow client; it is cut off then and may come back for the rest. */
const maxWaitingEvents = 1_000;

/**
 * Streams answered requests as server-sent events.
 *
 * @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html Server-sent events}
 */
export function eventStream(
  recorder: Recorder,
  { filter, changes, request }: EventStreamOptions,
): Response {
  const since = lastEventId(request) ?? filter.sinceAnswerId;
  const text = new TextEncoder();
  let end = () => {};
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (event: string) => {
          if ((controller.desiredSize ?? 0) > 0) return controller.enqueue(text.encode(event));
          end();
          controller.close();
        };
        const sendRequest = (answered: RecordedRequest) => {
          const { sinceAnswerId: _, ...rest } = filter;
          if (matchesFilter(answered, rest)) send(requestEvent(answered));
        };
        const stops = [
          recorder.onAnswer(sendRequest),
          changes.subscribe(() => send("event: change\ndata: {}\n\n")),
        ];
        end = () => {
          for (const stop of stops) stop();
        };
        // The head goes out with the first bytes: a client that waits for it must not wait for a request.
        send(": connected\n\n");
        if (since !== undefined)
          for (const missed of answeredSince(recorder, since)) sendRequest(missed);
      },
      cancel: () => end(),
    },
    { highWaterMark: maxWaitingEvents },
  );
  return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
}

function requestEvent(request: RecordedRequest): string {
  return `id: ${request.answerId}\nevent: request\ndata: ${JSON.stringify(request)}\n\n`;
}

function answeredSince(recorder: Recorder, sinceAnswerId: number): RecordedRequest[] {
  const found = recorder.select({ sinceAnswerId });
  return found.toSorted((a, b) => (a.answerId ?? 0) - (b.answerId ?? 0));
}

function lastEventId({ headers }: Request): number | undefined {
  const header = headers.get("last-event-id");
  return header === null ? undefined : z.coerce.number().int().min(0).parse(header);
}
