/** How much of a body that is too large is still read, in bytes, so that its sender can read the refusal. */
const MAX_DRAINED_BYTES = 67_108_864;

/** The result of reading a body. */
export interface RequestBody {
  /** The whole body; empty unless its state is `whole`. */
  readonly text: string;
  /** `cut-off`: its sender stopped before the end and does not wait for a response. */
  readonly state: "whole" | "too-large" | "cut-off";
}

/** Reads a body as text. A body that is too large or not complete is dropped. */
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
