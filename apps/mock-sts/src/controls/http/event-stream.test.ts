import { describe, expect, it } from "vitest";
import { createRecorder, type RecordingRecorder } from "../../recording/recorder.ts";
import { createSubscribers } from "../../recording/subscribers.ts";
import { eventStream, MAX_WAITING_EVENTS } from "./event-stream.ts";

function answerOne(recorder: RecordingRecorder): void {
  const record = recorder.begin(
    {
      at: 0,
      listener: "token-server",
      method: "POST",
      path: "/",
      query: [],
      headers: {},
      route: "token",
      tls: { connection: 1, newSocket: true, sessionReused: false, clientCertificate: undefined },
    },
    100,
  );
  record.status = 200;
  recorder.finish(record);
}

function open(recorder: RecordingRecorder, lastEventId?: number): Response {
  const headers = lastEventId === undefined ? {} : { "Last-Event-ID": String(lastEventId) };
  const request = new Request("https://localhost/events", { headers });
  return eventStream(recorder, { filter: {}, changes: createSubscribers(), request });
}

/** Ids of all events of a stream that ends. */
async function idsOf(stream: Response): Promise<number[]> {
  const text = await stream.text();
  return Array.from(text.matchAll(/^id: (\d+)$/gm), ([, id]) => Number(id));
}

describe("eventStream", () => {
  it("cuts a client off that does not read, and gives it the rest when it comes back", async () => {
    const recorder = createRecorder({ entries: 10_000, bytes: 10_000_000 });
    const slow = open(recorder);
    for (let i = 0; i < MAX_WAITING_EVENTS + 5; i++) answerOne(recorder);
    const first = await idsOf(slow);
    expect(first).toHaveLength(MAX_WAITING_EVENTS);
    const back = open(recorder, first.at(-1));
    for (let i = 0; i < MAX_WAITING_EVENTS + 1; i++) answerOne(recorder);
    const rest = await idsOf(back);
    expect(rest).toHaveLength(5 + MAX_WAITING_EVENTS);
    expect(rest[0]).toBe(MAX_WAITING_EVENTS + 1);
  });

  it("sends all missed events in the order of the responses", async () => {
    const recorder = createRecorder({ entries: 10_000, bytes: 10_000_000 });
    for (let i = 0; i < 3 * MAX_WAITING_EVENTS; i++) answerOne(recorder);
    const reader = open(recorder, 0).body?.getReader();
    let text = "";
    const decoder = new TextDecoder();
    const last = `id: ${3 * MAX_WAITING_EVENTS}\n`;
    while (!text.includes(last)) text += decoder.decode((await reader?.read())?.value);
    await reader?.cancel();
    expect(text.match(/^id: /gm)).toHaveLength(3 * MAX_WAITING_EVENTS);
  });

  it.each(["x", "-1", "1.5"])("refuses Last-Event-ID %s", (header) => {
    const recorder = createRecorder({ entries: 1, bytes: 1 });
    const headers = { "Last-Event-ID": header };
    const request = new Request("https://localhost/events", { headers });
    expect(() =>
      eventStream(recorder, { filter: {}, changes: createSubscribers(), request }),
    ).toThrow(/"Last-Event-ID"/);
  });
});
