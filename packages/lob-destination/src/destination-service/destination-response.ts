import { jsonValue } from "@agent-oauth/core/internal";
import type { HttpResponse } from "@agent-oauth/token-endpoint/internal";

/** A response of the Destination Service. */
export interface DestinationResponse
  extends Pick<HttpResponse, "status" | "retryAfterMs" | "sentAt"> {
  /** The JSON value of the body, `undefined` if it is not JSON, or too long. */
  readonly body: unknown;
}

/** Reads the body of a response as JSON. */
export function destinationResponse(response: HttpResponse): DestinationResponse {
  const { status, retryAfterMs, sentAt, text } = response;
  return { status, retryAfterMs, sentAt, body: jsonValue(text ?? "") };
}
