import { type AccessToken, TokenError } from "@agent-oauth/core";
import { audienceMismatch, emit, identityDigest, MAX_TIMER_MS } from "@agent-oauth/core/internal";
import { shownUrl } from "../http/shown-url.ts";
import { endpointLabel } from "../metadata/endpoint-name.ts";
import type { CheckedOptions } from "../options/checked-options.ts";
import { EndpointClient, type EndpointPost } from "./endpoint-client.ts";
import type { EndpointRequest } from "./endpoint-request.ts";
import { formParameters } from "./form-parameters.ts";
import { readBySchema, successfulBody } from "./json-response.ts";
import { checkEndpointRequest, checkPolledGrant, checkTokenGrant } from "./request-checks.ts";
import type { PolledGrant, TokenGrant } from "./token-grant.ts";
import { poll } from "./token-poll.ts";
import { parseTokenResponse, scopeList } from "./token-response.ts";

const DEFAULT_INTERVAL_MS = 5_000;
const GETTING = "get an access token from";

/** The one implementation of `TokenEndpoint`. */
export class HttpTokenEndpoint {
  readonly #options: CheckedOptions;
  readonly #client: EndpointClient;
  #identity: { readonly credential: string | undefined; readonly text: string } | undefined;
  readonly fetch: typeof globalThis.fetch;

  constructor(options: CheckedOptions) {
    this.#options = options;
    this.#client = new EndpointClient(options);
    this.fetch = this.#client.fetch;
  }

  get identity(): string {
    const { location, clientId, clientAuthentication } = this.#options;
    const { method, secretDigest, certificate } = clientAuthentication;
    const credential = certificate?.thumbprint ?? secretDigest;
    if (this.#identity === undefined || this.#identity.credential !== credential) {
      const { kind, text, issuer, useIssuerHost } = location;
      const place = [kind, text, issuer, useIssuerHost];
      this.#identity = { credential, text: identityDigest(place, clientId, method, credential) };
    }
    return this.#identity.text;
  }

  get sharing(): true | string {
    return this.#options.clientAuthentication.sharing ?? true;
  }

  async request(grant: TokenGrant, options: CallOptions = {}): Promise<AccessToken> {
    checkTokenGrant(grant, options);
    const { signal } = options;
    return this.#client.send(this.#tokenPost(grant), { signal, isIdempotent: grant.idempotent });
  }

  async post<T>(request: EndpointRequest<T>, options: CallOptions = {}): Promise<T> {
    checkEndpointRequest(request, options);
    const { signal } = options;
    return this.#client.send(endpointPost(request), { signal, isIdempotent: request.idempotent });
  }

  async poll(grant: PolledGrant, options: CallOptions = {}): Promise<AccessToken> {
    checkPolledGrant(grant, options);
    const { signal } = options;
    const { lifetimeMs, intervalMs = DEFAULT_INTERVAL_MS } = grant;
    const { location, sleep } = this.#options;
    const expired = () => {
      const reason = `the user has not approved it within ${lifetimeMs} ms`;
      const message = `Cannot ${GETTING} ${shownUrl(location.url)}: ${reason}`;
      return new TokenError("ERR_TOKEN_OAUTH", message, { oauthError: "expired_token" });
    };
    const post = this.#tokenPost(grant);
    const timeoutMs = Math.min(lifetimeMs, MAX_TIMER_MS);
    return this.#client.within(
      { doing: GETTING, signal, timeoutMs, timeoutReason: expired },
      (deadline) => {
        const ask = () => this.#client.sendOnce(post, { signal: deadline.signal });
        return poll(ask, { intervalMs, deadline, sleep, expired });
      },
    );
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Servers that do not know the parameter ignore it, and issue a token for somebody else. */
  #emitMismatch({ token }: AccessToken, form: readonly (readonly [string, string])[]): void {
    const { onEvent, clock } = this.#options;
    const audience = form.flatMap(([name, value]) => (name === "audience" ? [value] : []));
    const mismatch = audienceMismatch(token, audience);
    if (mismatch === undefined) return;
    const { aud } = mismatch;
    const { identity } = this;
    emit(onEvent, { type: "audience-mismatch", identity, at: clock.now(), audience, aud });
  }

  #tokenPost(grant: Omit<TokenGrant, "idempotent">): EndpointPost<AccessToken> {
    const { grantType, parameters, requestedScope, checkAudience } = grant;
    const { onEvent, clock, bearerTypes } = this.#options;
    const form = formParameters(parameters, "request a token");
    const sentScope = form.find(([name]) => name === "scope")?.[1] ?? "";
    return {
      endpoint: "token_endpoint",
      doing: GETTING,
      form: [...form, ["grant_type", grantType]],
      read: (response, sent) => {
        const context = { ...sent, label: "token endpoint", successes: [200] };
        const token = parseTokenResponse(successfulBody(response, context), {
          ...response,
          bearerTypes,
          requestedScope: requestedScope ?? scopeList(sentScope),
          onSkippedLifetime: (field) =>
            emit(onEvent, {
              type: "lifetime-skipped",
              field,
              identity: this.identity,
              at: clock.now(),
            }),
        });
        if (checkAudience) this.#emitMismatch(token, form);
        return token;
      },
    };
  }
}

/** What ends a call. */
export interface CallOptions {
  /** Ends the call with its reason. */
  readonly signal?: AbortSignal | undefined;
}

function endpointPost<T>(request: EndpointRequest<T>): EndpointPost<T> {
  const { endpoint, parameters, response: schema } = request;
  const label = endpointLabel(endpoint);
  return {
    endpoint,
    doing: `use the ${label}`,
    form: formParameters(parameters, `use the ${label}`),
    read: (response, sent) => {
      // 201 says that something was made, such as a request that was pushed (RFC 9126 §2.2).
      const body = successfulBody(response, { label, successes: [200, 201], ...sent });
      return readBySchema(body, { schema, response });
    },
  };
}
