/**
 * Reads a body as UTF-8 text, decompressed, and stops at the limit in place of buffering on.
 *
 * @returns `undefined` if the body is longer than `maxBytes`; the rest of it is cancelled.
 */
export async function boundedText(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  // Leaving the loop early cancels the stream, and with it the transfer.
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
