import type { Attempt } from "@agent-oauth/core/internal";
import type { HttpResponse } from "../http/http-attempt.ts";
import type { HttpClient } from "../http/http-client.ts";
import type { AuthorizationServer } from "../metadata/authorization-server.ts";
import type { CheckedOptions } from "../options/checked-options.ts";
import { sentSecrets } from "../server-text/sent-secrets.ts";
import { refusalAdvice } from "./refusal-advice.ts";

/** One POST to an endpoint of an authorization server, by a client that says who it is. */
export interface AuthenticatedPost<T>
  extends Pick<CheckedOptions, "clientId" | "clientAuthentication"> {
  readonly http: HttpClient;
  readonly server: AuthorizationServer;
  readonly url: URL;
  /** Begins the messages: "Cannot get an access token from …". */
  readonly failed: string;
  readonly form: readonly (readonly [string, string])[];
  readonly signal: AbortSignal;
  readonly read: (response: HttpResponse, sent: SentRequest) => T;
}

/** What the reader of a response needs to know of the request. */
export interface SentRequest {
  /** What was sent and must not come back in a message. */
  readonly secrets: readonly string[];
  /** Says what to do about an OAuth error code. */
  readonly advise: (oauthError: string) => string | undefined;
}

/**
 * Sends a form once, with the client's authentication, and reads the response.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3 RFC 6749 §2.3}
 */
export function attemptPost<T>(post: AuthenticatedPost<T>): Promise<Attempt<T>> {
  const { http, url, failed, signal } = post;
  const secrets: string[] = [];
  return http.attempt({
    url,
    failed,
    send: async (fetch) => {
      const request = await authenticatedRequest(post);
      secrets.push(...sentSecrets(request));
      return fetch(url.href, { ...request, method: "POST", signal });
    },
    read: (response) =>
      post.read(response, { secrets, advise: (oauthError) => refusalAdvice(oauthError, post) }),
  });
}

async function authenticatedRequest<T>(post: AuthenticatedPost<T>) {
  const { server, clientId, clientAuthentication, form } = post;
  const body = new URLSearchParams(form.map(([name, value]): [string, string] => [name, value]));
  const headers = new Headers({
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
  });
  if (clientId !== undefined) {
    const { issuer } = server;
    const known = {
      issuer,
      // Asked for by assertions that name it as their audience, whichever endpoint they go to (RFC 7523 §3).
      get token_endpoint() {
        return server.endpoint("token_endpoint").href;
      },
    };
    await clientAuthentication.authenticate(known, { client_id: clientId }, body, headers);
  }
  return { body, headers: Object.fromEntries(headers) };
}
