/** How much of a body that is too large is still read, in bytes, so that its sender can read the refusal. */
const MAX_DRAINED_BYTES = 67_108_864;

/** The result of reading a body. */
export interface RequestBody {
  /** The whole body; empty unless its state is `whole`. */
  readonly text: string;
  /** `cut-off`: its sender stopped before the end, and nobody waits for an answer. */
  readonly state: "whole" | "too-large" | "cut-off";
}

/** Reads a body as text. Nothing is kept of one that is larger than so many bytes, or not complete. */
export async function readBody(request: Request, maxBytes: number): Promise<RequestBody> {
  if (request.body === null) return { text: "", state: "whole" };
  let chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body) {
      size += chunk.byteLength;
      if (size <= maxBytes) chunks.push(chunk);
      else chunks = [];
      if (size > MAX_DRAINED_BYTES) break;
    }
  } catch {
    // Only the connection can fail here: it was reset, or ended within the body.
    return { text: "", state: "cut-off" };
  }
  if (size > maxBytes) return { text: "", state: "too-large" };
  return { text: Buffer.concat(chunks).toString("utf8"), state: "whole" };
}
