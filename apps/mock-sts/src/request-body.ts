/** Largest request body that is kept, in bytes. */
const maxBodyBytes = 1_048_576;

/** Most that is read of a larger one, in bytes, so that its sender gets to read the refusal. */
const maxDrainedBytes = 67_108_864;

/** Returns the body as text, `undefined` if it is too large; of that nothing is kept. */
export async function readBody(request: Request): Promise<string | undefined> {
  if (request.body === null) return "";
  let chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size <= maxBodyBytes) chunks.push(chunk);
    else chunks = [];
    if (size > maxDrainedBytes) break;
  }
  return size > maxBodyBytes ? undefined : Buffer.concat(chunks).toString("utf8");
}
