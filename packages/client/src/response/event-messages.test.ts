import { describe, expect, it } from "vitest";
import { EventMessages } from "./event-messages.ts";

/** Sends a stream in pieces of `size` bytes, and returns all that comes out. */
function passed(stream: string, size: number, change = marked) {
  const events = new EventMessages(change);
  const bytes = new TextEncoder().encode(stream);
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const ready = events.push(bytes.subarray(at, at + size));
    if (ready !== undefined) out.push(ready);
  }
  const rest = events.rest();
  return Buffer.concat(rest === undefined ? out : [...out, rest]).toString();
}

function marked(message: unknown): boolean {
  if (typeof message !== "object" || message === null || !("x" in message)) return false;
  message.x = "ü";
  return true;
}

const SIZES = [1, 2, 3, 5, 7, 1_000];

describe("EventMessages", () => {
  it.each<[string, string, string]>([
    ["an event", 'data: {"x":null}\n\n', 'data: {"x":"ü"}\n\n'],
    [
      "an event with an id",
      'id: 1\nevent: message\ndata: {"x":null,"y":"ä"}\n\n',
      'id: 1\nevent: message\ndata: {"x":"ü","y":"ä"}\n\n',
    ],
    ["an event of several lines", 'data: {\ndata: "x":null}\n\n', 'data: {"x":"ü"}\n\n'],
    ["an event without the space", 'data:{"x":null}\n\n', 'data: {"x":"ü"}\n\n'],
    [
      "line breaks of two characters",
      'id: 1\r\ndata: {"x":null}\r\n\r\n',
      'id: 1\ndata: {"x":"ü"}\n\n',
    ],
    ["an event with an error", 'data: {"error":{},"x":1}\n\n', 'data: {"error":{},"x":"ü"}\n\n'],
    [
      "one event of several",
      ': ping\n\ndata: {"y":null}\n\ndata: {"x":null}\n\nretry: 5\n\n',
      ': ping\n\ndata: {"y":null}\n\ndata: {"x":"ü"}\n\nretry: 5\n\n',
    ],
  ])("changes %s, however it is cut", (_, stream, changed) => {
    // One more empty line is no event.
    for (const size of SIZES) expect(passed(stream, size).replace(/\n{3}$/, "\n\n")).toBe(changed);
  });

  it.each([
    ["no word of interest", ': ping\n\ndata: {"y":1}\n\nid: 5\n\n'],
    ["what is no JSON", "data: null null\n\n"],
    ["an event without an end", 'data: {"x":null}\n'],
    ["nothing", ""],
  ])("passes on %s as it is", (_, stream) => {
    for (const size of SIZES) expect(passed(stream, size)).toBe(stream);
  });

  it("does not hold back an event until the next one", () => {
    const events = new EventMessages(marked);
    const push = (text: string) => events.push(new TextEncoder().encode(text));
    expect(push("data: 1\n\n")).toBeDefined();
    expect(push('data: {"x":nu')).toBeUndefined();
    expect(Buffer.from(push("ll}\n\n") ?? []).toString()).toBe('data: {"x":"ü"}\n\n');
    expect(push("data: 2\r\n\r\n")).toBeDefined();
    expect(events.rest()).toBeUndefined();
  });
});
