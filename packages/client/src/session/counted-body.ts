import { dropBody } from "@agent-oauth/core/internal";

/** Without `stream`, it keeps nothing from one text to the next. */
const UTF8 = new TextDecoder();

/** The body of a response, which is counted while it is read. */
export class CountedBody {
  readonly #source: ReadableStream<Uint8Array>;
  readonly #count: (chunk: Uint8Array) => void;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #stream: ReadableStream<Uint8Array> | undefined;
  #isRead = false;
  #isCancelled = false;

  /** @param count gets each chunk before the reader does, and throws to end the reading. */
  constructor(source: ReadableStream<Uint8Array>, count: (chunk: Uint8Array) => void) {
    this.#source = source;
    this.#count = count;
  }

  /** The body piece by piece, for event streams. Nothing is read ahead. */
  get stream(): ReadableStream<Uint8Array> {
    this.#stream ??= new ReadableStream(
      {
        pull: async (controller) => {
          const chunk = this.#check((await (this.#reader ?? this.#open()).read()).value);
          if (chunk === undefined) controller.close();
          else controller.enqueue(chunk);
        },
        cancel: (reason) => (this.#reader ?? this.#source).cancel(reason),
      },
      { highWaterMark: 0 },
    );
    return this.#stream;
  }

  /** Reads the whole body as UTF-8. */
  async text(): Promise<string> {
    const chunks = await this.#chunks();
    const [first] = chunks;
    return UTF8.decode(chunks.length === 1 ? first : joined(chunks));
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
