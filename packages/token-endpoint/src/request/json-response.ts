import { TokenError } from "@agent-oauth/core";
import type { HttpResponse } from "../http/http-attempt.ts";
import type { SentRequest } from "./authenticated-post.ts";
import { bodyKind } from "./body-kind.ts";
import type { ResponseSchema } from "./endpoint-request.ts";
import { errorResponse } from "./error-response.ts";

/**
 * Returns the JSON object of a successful response.
 *
 * @throws TokenError `ERR_TOKEN_OAUTH`, `ERR_TOKEN_HTTP` or `ERR_TOKEN_RESPONSE`, which shows nothing else of the body.
 */
export function successfulBody(response: HttpResponse, context: JsonResponseContext): object {
  const { failed, status } = response;
  const { label, successes, ...sent } = context;
  const body = jsonObject(response.text);
  if (status < 200 || status > 299 || (body && "error" in body && !("access_token" in body))) {
    throw errorResponse({ ...response, ...sent, body, label });
  }
  if (body !== undefined && successes.includes(status)) return body;
  throw new TokenError("ERR_TOKEN_RESPONSE", `${failed}: ${unreadable(response, context)}`, {
    status,
  });
}

/** What the response of an endpoint is read with. */
export interface JsonResponseContext extends SentRequest {
  /** Names the endpoint in messages: "token endpoint". */
  readonly label: string;
  /** Which statuses are successes. */
  readonly successes: readonly number[];
}

/**
 * Reads the JSON object of a response by a schema.
 *
 * @throws TokenError `ERR_TOKEN_RESPONSE` naming the members that are missing or wrong.
 */
export function readBySchema<T>(
  body: object,
  options: {
    readonly schema: ResponseSchema<T>;
    readonly response: Pick<HttpResponse, "failed" | "status">;
  },
): T {
  const { schema, response } = options;
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const members = new Set(parsed.error.issues.map(({ path }) => `"${String(path[0])}"`));
  throw new TokenError(
    "ERR_TOKEN_RESPONSE",
    `${response.failed}: the response has no usable ${[...members].join(" and ")}`,
    { status: response.status },
  );
}

function jsonObject(text: string | undefined): object | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && !Array.isArray(value) ? (value ?? undefined) : undefined;
  } catch {
    return undefined; // The parser's error quotes the text.
  }
}

function unreadable(response: HttpResponse, { label, successes }: JsonResponseContext): string {
  const { status, text, contentType, maxBytes } = response;
  if (!successes.includes(status)) {
    return `the server answered ${status}, which is not a success at a ${label}`;
  }
  if (text === undefined) {
    return `the response is longer than ${maxBytes} bytes; the option "maxResponseBytes" sets the limit`;
  }
  const kind = bodyKind({ text, contentType });
  if (kind === "empty") return "the response is empty";
  if (kind === "form-encoded") {
    return "the response is form-encoded, not JSON as RFC 6749 §5.1 demands; have the server answer with JSON";
  }
  return `the response is ${kind}; check that the URL is a ${label}`;
}
