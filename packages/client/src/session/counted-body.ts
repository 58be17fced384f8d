import { dropBody } from "@agent-oauth/core/internal";
import { type ChangeMessage, EventMessages } from "../response/event-messages.ts";

/** Without `stream`, it keeps nothing from one text to the next. */
const UTF8 = new TextDecoder();

/** What is done while a body is read. */
export interface BodyReading {
  /** Gets each chunk before the reader does, and throws to end the reading. */
  readonly count: (chunk: Uint8Array) => void;
  /** Changes each JSON message, alone or in an event stream, before the reader gets it. Default: no change. */
  readonly change?: ChangeMessage | undefined;
}

/** The body of a response, which is counted while it is read. */
export class CountedBody {
  readonly #source: ReadableStream<Uint8Array>;
  readonly #count: (chunk: Uint8Array) => void;
  readonly #change: ChangeMessage | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #stream: ReadableStream<Uint8Array> | undefined;
  #isRead = false;
  #isCancelled = false;

  constructor(source: ReadableStream<Uint8Array>, { count, change }: BodyReading) {
    this.#source = source;
    this.#count = count;
    this.#change = change;
  }

  /** The body piece by piece, for event streams. Nothing is read ahead. */
  get stream(): ReadableStream<Uint8Array> {
    this.#stream ??= this.#streamed(this.#change && new EventMessages(this.#change));
    return this.#stream;
  }

  /** Reads the whole body as UTF-8. */
  async text(): Promise<string> {
    const chunks = await this.#chunks();
    const [first] = chunks;
    return UTF8.decode(chunks.length === 1 ? first : joined(chunks));
  }

  /** Reads the whole body as JSON. */
  async json(): Promise<unknown> {
    const value: unknown = JSON.parse(await this.text());
    this.#change?.(value);
    return value;
  }

  /** Reads the whole body. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return joined(await this.#chunks());
  }

  /** Ends the reading, also of a body that was not read yet. Nothing happens to a body that was read to its end. */
  cancel(): void {
    if (this.#isRead) return;
    this.#isCancelled = true;
    dropBody(this.#reader ?? this.#source);
  }

  #streamed(events: EventMessages | undefined): ReadableStream<Uint8Array> {
    return new ReadableStream(
      {
        pull: async (controller) => {
          for (;;) {
            const chunk = this.#check((await (this.#reader ?? this.#open()).read()).value);
            const isEnd = chunk === undefined;
            const ready = isEnd
              ? events?.rest()
              : events === undefined
                ? chunk
                : events.push(chunk);
            if (ready !== undefined) controller.enqueue(ready);
            if (isEnd) return controller.close();
            if (ready !== undefined) return;
          }
        },
        cancel: (reason) => (this.#reader ?? this.#source).cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  async #chunks(): Promise<readonly Uint8Array[]> {
    const reader = this.#open();
    const chunks: Uint8Array[] = [];
    for (;;) {
      const chunk = this.#check((await reader.read()).value);
      if (chunk === undefined) return chunks;
      chunks.push(chunk);
    }
  }

  /** Throws a TypeError if the body already has a reader, as every response does. */
  #open(): ReadableStreamDefaultReader<Uint8Array> {
    this.#reader = this.#source.getReader();
    return this.#reader;
  }

  /** Counts what was read, and takes note of the end. */
  #check(chunk: Uint8Array | undefined): Uint8Array | undefined {
    // A cancelled body looks like one that ended: half a response must not pass for a whole one.
    if (this.#isCancelled) throw new Error("Cannot read the response: its call is over");
    if (chunk === undefined) {
      this.#isRead = true;
      return undefined;
    }
    try {
      this.#count(chunk);
    } catch (error) {
      dropBody(this.#reader);
      throw error;
    }
    return chunk;
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}
