/** One request as a {@link recordingFetch} saw it. */
export interface SentRequest {
  readonly url: string;
  readonly method: string;
  readonly authorization: string | null;
  readonly redirect: string;
  readonly body: string;
}

/** Answers from a list, the last one again and again, and writes down what it was asked. */
export function recordingFetch(...answers: readonly Response[]) {
  const sent: SentRequest[] = [];
  const left = [...answers];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { url, method, redirect, headers } = request;
    const authorization = headers.get("authorization");
    sent.push({ url, method, redirect, authorization, body: await request.text() });
    const answer = left.length > 1 ? left.shift() : left[0];
    return answer ?? new Response("ok");
  };
  return { fetch, sent };
}
