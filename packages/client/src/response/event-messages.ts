import { jsonRpcErrorIn } from "@agent-oauth/core/internal";

/** The end of an event: a line break, and the one of an empty line. */
const END = /(?:\r\n|\r(?!\n)|\n){2}/;
const AFTER_END = new RegExp(`(?<=${END.source})`);
const LINE_BREAK = /\r\n|\r|\n/;
/** The characters before a chunk that may belong to the end of an event. */
const END_CHARACTERS = 3;

/** Changes a message in place, and returns whether it did. */
export type ChangeMessage = (message: unknown) => boolean;

/**
 * Changes the JSON messages of an event stream on its way to the MCP SDK. Whole events without a word that calls for a change
 * pass as they are; others wait for their end, as they would in the SDK.
 */
export class EventMessages {
  readonly #change: ChangeMessage;
  #pending: Buffer[] = [];
  #tail = "";

  constructor(change: ChangeMessage) {
    this.#change = change;
  }

  /** Takes a chunk, and returns what can be passed on. */
  push(chunk: Uint8Array): Uint8Array | undefined {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#pending.length === 0 && endsEvent(bytes) && !isSuspect(bytes)) return chunk;
    const text = this.#tail + bytes.toString("latin1");
    this.#pending.push(bytes);
    this.#tail = text.slice(-END_CHARACTERS);
    return END.test(text) ? this.#events() : undefined;
  }

  /** Returns what is left at the end of the stream: an event without an end is none. */
  rest(): Uint8Array | undefined {
    return this.#pending.length === 0 ? undefined : Buffer.concat(this.#pending.splice(0));
  }

  #events(): Uint8Array {
    const bytes = Buffer.concat(this.#pending.splice(0));
    // One character for each byte, whatever the encoding is.
    const events = bytes.toString("latin1").split(AFTER_END);
    const last = events.at(-1) ?? "";
    const rest = END.test(last) ? "" : last;
    const whole = bytes.subarray(0, bytes.length - rest.length);
    if (rest !== "") {
      events.pop();
      this.#pending.push(bytes.subarray(whole.length));
    }
    this.#tail = rest.slice(-END_CHARACTERS);
    if (!isSuspect(whole)) return whole;
    return Buffer.from(events.map((event) => this.#changed(event)).join(""), "latin1");
  }

  #changed(event: string): string {
    const lines = event.split(LINE_BREAK);
    const data = lines.flatMap((line) => /^data: ?(.*)$/s.exec(line)?.[1] ?? []);
    const text = Buffer.from(data.join("\n"), "latin1").toString();
    const isRenamed = lines.some(isErrorEvent) && jsonRpcErrorIn(text) !== undefined;
    const changed = this.#changedData(text) ?? (isRenamed ? text : undefined);
    if (changed === undefined) return event;
    const others = lines.filter(
      (line) => line !== "" && !line.startsWith("data:") && !(isRenamed && isErrorEvent(line)),
    );
    const line = `data: ${Buffer.from(changed).toString("latin1")}`;
    return [...others, line, "", ""].join("\n");
  }

  #changedData(data: string): string | undefined {
    try {
      const message: unknown = JSON.parse(data);
      return this.#change(message) ? JSON.stringify(message) : undefined;
    } catch {
      return undefined; // The SDK says what is wrong with it.
    }
  }
}

/** The SDK reads only events named "message"; some servers name the event of an error for what it holds. */
function isErrorEvent(line: string): boolean {
  return /^event: ?error *$/.test(line);
}

const LINE_FEED = 0x0a;

function endsEvent(bytes: Buffer): boolean {
  return bytes.at(-1) === LINE_FEED && bytes.at(-2) === LINE_FEED;
}

/** Tells whether there may be a message to change: one with a `null`, or an error that may have no id. */
function isSuspect(bytes: Buffer): boolean {
  return bytes.includes("null") || bytes.includes('"error"');
}
