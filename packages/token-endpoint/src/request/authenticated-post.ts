import { type AccessToken, TokenError } from "@agent-oauth/core";
import { emit } from "@agent-oauth/core/internal";
import {
  allowInsecureRequests,
  type CustomFetchOptions,
  customFetch,
  genericTokenEndpointRequest,
} from "oauth4webapi";
import { type Answer, exchange, type Wire } from "../http/http-attempt.ts";
import type { Attempt } from "../http/retry.ts";
import type { Server } from "../metadata/server-metadata.ts";
import type { CheckedOptions } from "../options/checked-options.ts";
import { sentSecrets } from "../server-text/sent-secrets.ts";
import { answerError } from "./error-response.ts";
import { parseTokenAnswer } from "./token-response.ts";

/** One attempt at a token request. */
export interface TokenAttemptOptions
  extends Pick<CheckedOptions, "clientId" | "clientAuthentication" | "onEvent" | "clock"> {
  readonly wire: Wire;
  readonly server: Server;
  readonly grantType: string;
  readonly form: [string, string][];
  readonly signal: AbortSignal;
  /** For events. */
  readonly identity: string;
}

/** Sends a token request once and reads the answer. */
export function attemptTokenRequest(options: TokenAttemptOptions): Promise<Attempt<AccessToken>> {
  const { wire, server } = options;
  const secrets: string[] = [];
  return exchange({
    wire,
    url: server.tokenUrl,
    action: "get an access token from",
    request: (fetch) => sendTokenRequest(options, fetch, secrets),
    read: (answer) => readTokenAnswer(answer, options, secrets),
  });
}

function sendTokenRequest(
  { server, clientId, clientAuthentication, grantType, form, signal }: TokenAttemptOptions,
  fetch: typeof globalThis.fetch,
  secrets: string[],
): Promise<Response> {
  return genericTokenEndpointRequest(
    { issuer: server.issuer, token_endpoint: server.tokenUrl.href },
    // oauth4webapi insists on a name, also where it is not sent.
    { client_id: clientId ?? "nameless" },
    clientId === undefined ? () => {} : clientAuthentication.authenticate,
    grantType,
    form,
    {
      signal,
      [allowInsecureRequests]: server.tokenUrl.protocol === "http:",
      [customFetch]: (url: string, init: CustomFetchOptions<"POST", URLSearchParams>) => {
        secrets.push(...sentSecrets(init));
        return fetch(url, init);
      },
    },
  );
}

function readTokenAnswer(
  answer: Answer,
  options: TokenAttemptOptions,
  secrets: readonly string[],
): AccessToken {
  const { failed, status } = answer;
  const body = jsonObject(answer.text);
  if (status < 200 || status > 299 || (body && "error" in body && !("access_token" in body))) {
    throw answerError({ ...answer, body, secrets });
  }
  if (status !== 200 || body === undefined) {
    const reason = unreadableReason(answer, options.wire.maxResponseBytes);
    throw new TokenError("ERR_TOKEN_RESPONSE", `${failed}: ${reason}`, { status });
  }
  const requestedScope = options.form.find(([name]) => name === "scope")?.[1] ?? null;
  return parseTokenAnswer(body, {
    ...answer,
    requestedScope,
    onSkippedLifetime: (field) => emitSkipped(field, options),
  });
}

function jsonObject(text: string | undefined): object | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && !Array.isArray(value) ? (value ?? undefined) : undefined;
  } catch {
    return undefined; // The parser's error quotes the text.
  }
}

function unreadableReason({ status, text, contentType }: Answer, maxBytes: number): string {
  if (status !== 200) return `the server answered ${status}, only 200 brings a token`;
  if (text === undefined) {
    return `the answer is longer than ${maxBytes} bytes; the option "maxResponseBytes" sets the limit`;
  }
  if (text.trim() === "") return "the answer is empty";
  const what =
    /html/i.test(contentType) || text.trimStart().startsWith("<") ? "HTML" : "no JSON object";
  return `the answer is ${what}; check that the URL is a token endpoint`;
}

function emitSkipped(
  field: "expires_at" | "expires_in" | "exp" | "id_token.exp",
  { onEvent, identity, clock }: TokenAttemptOptions,
): void {
  emit(onEvent, { type: "lifetime-skipped", field, identity, at: clock.now() });
}
