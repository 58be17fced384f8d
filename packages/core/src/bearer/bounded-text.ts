import { dropBody } from "./drop-body.ts";

/**
 * Reads a body as UTF-8 text, decompressed, and stops at the limit in place of buffering on.
 *
 * @returns `undefined` if the body is longer than `maxBytes`; the rest of it is cancelled, which is not waited for.
 */
export async function boundedText(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  // Not `for await`: leaving that loop early waits for the body to be cancelled.
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
