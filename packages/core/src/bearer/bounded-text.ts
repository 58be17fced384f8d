import { dropBody } from "./drop-body.ts";

/**
 * Reads a decompressed body as UTF-8 text, and stops at the limit.
 *
 * @returns `undefined` if the body is longer than `maxBytes`. The rest of the body is then cancelled in the background.
 */
export async function boundedText(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  // A `for await` loop that ends early would wait until the body is cancelled.
  const reader = body?.getReader();
  for (;;) {
    const chunk = (await reader?.read())?.value;
    if (chunk === undefined) return text + decoder.decode();
    length += chunk.byteLength;
    if (length > maxBytes) {
      dropBody(reader);
      return undefined;
    }
    text += decoder.decode(chunk, { stream: true });
  }
}
