/** Most that is read of a body that is too large, in bytes, so that its sender gets to read the refusal. */
const maxDrainedBytes = 67_108_864;

/** Reads a body as text; `undefined` if it is larger than so many bytes: nothing is kept of it then. */
export async function readBody(request: Request, maxBytes: number): Promise<string | undefined> {
  if (request.body === null) return "";
  let chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size <= maxBytes) chunks.push(chunk);
    else chunks = [];
    if (size > maxDrainedBytes) break;
  }
  return size > maxBytes ? undefined : Buffer.concat(chunks).toString("utf8");
}
