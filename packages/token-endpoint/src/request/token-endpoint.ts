import { type AccessToken, TokenError } from "@agent-oauth/core";
import { checkOptions as checkNames, type OptionNames } from "@agent-oauth/core/internal";
import { boundFetch } from "../http/bound-fetch.ts";
import { Connections, closedError } from "../http/connections.ts";
import { type Deadline, withDeadline } from "../http/deadline.ts";
import type { Wire } from "../http/http-attempt.ts";
import { remembered } from "../http/memoize.ts";
import { type Attempt, withRetries } from "../http/retry.ts";
import { textDigest } from "../http/text-digest.ts";
import { readMetadata, type Server } from "../metadata/server-metadata.ts";
import { type CheckedOptions, checkOptions } from "../options/checked-options.ts";
import { shownUrl } from "../options/secure-url.ts";
import type { TokenEndpointOptions } from "../options/token-endpoint-options.ts";
import { attemptTokenRequest } from "./authenticated-post.ts";
import { tokenForm } from "./form-parameters.ts";

/** One token request: a grant type and its parameters (RFC 6749 §4). */
export interface TokenGrant {
  /** Registered name or absolute URI of the grant. */
  readonly grantType: string;
  /** Absent ones and empty lists are not sent; only `resource` and `audience` may have several values. */
  readonly parameters: Readonly<Record<string, string | readonly string[] | undefined>>;
  /**
   * Whether the request may be sent again after one that may have been processed. One that certainly was not (no connection,
   * nothing written, 429, 503 with `Retry-After`) may always be.
   */
  readonly repeatable: boolean;
}

/**
 * What a token endpoint answered: the token with its type and end, the granted scope (the requested one if the answer
 * names none) and, if a client certificate was presented, that certificate as `confirmation`.
 */
export type TokenAnswer = AccessToken;

/** One client's way to one token endpoint. Safe for concurrent use. */
export interface TokenEndpoint {
  /**
   * A digest of the token endpoint or issuer, the client's identifier, its method and its credential. It changes when
   * the certificate is replaced.
   */
  readonly identity: string;
  /**
   * Makes one token request, with at most two retries inside `timeoutMs`. The signal ends it with its reason.
   *
   * @throws TypeError if a parameter is blank, reserved or repeated.
   * @throws TokenError for whatever goes wrong on the wire or in the answer; see the README's table.
   */
  request(
    grant: TokenGrant,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<TokenAnswer>;
  /**
   * A fetch that presents the client certificate, over connections kept alive, for requests with the tokens bound to
   * it. It trusts the same authorities, keeps to no limit of time and follows redirects as the global fetch does.
   */
  readonly fetch: typeof globalThis.fetch;
  /** Ends requests under way with `ERR_TOKEN_CLOSED`, and all connections. */
  close(): Promise<void>;
}

/**
 * Makes a client of a token endpoint, known by its URL or by its authorization server's metadata. It connects at the first request.
 *
 * @example
 * ```ts
 * const endpoint = createTokenEndpoint({
 *   tokenEndpoint: "https://tenant.example/oauth2/token",
 *   clientId: "my-agent",
 *   clientAuthentication: tlsClientAuth(createClientCertificate({ certificate, key })),
 * });
 * ```
 * @throws TypeError or RangeError naming the option that is missing or wrong.
 */
export function createTokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  return new HttpTokenEndpoint(checkOptions(options ?? null));
}

/** Metadata changes rarely: moved endpoints are announced long before. */
const METADATA_LIFETIME_MS = 3_600_000;

const GRANT: OptionNames<TokenGrant> = { grantType: true, parameters: true, repeatable: true };

class HttpTokenEndpoint implements TokenEndpoint {
  readonly #options: CheckedOptions;
  readonly #wire: Wire;
  readonly #server: (signal: AbortSignal) => Promise<Server>;
  readonly #closing = new AbortController();
  #identity: { readonly credential: string | undefined; readonly text: string } | undefined;
  readonly fetch: typeof globalThis.fetch;

  constructor(options: CheckedOptions) {
    const { clientAuthentication, location, clock, maxResponseBytes } = options;
    const { certificate } = clientAuthentication;
    const connections = new Connections({ ...options, certificate });
    this.#options = options;
    this.#wire = { connections, maxResponseBytes, clock };
    this.#server =
      location.kind === "tokenEndpoint"
        ? () => Promise.resolve({ issuer: location.text, tokenUrl: location.url })
        : remembered(() => this.#discover(), { lifetimeMs: METADATA_LIFETIME_MS, clock });
    this.fetch = boundFetch(connections);
  }

  get identity(): string {
    const { location, clientId, clientAuthentication } = this.#options;
    const { method, secretDigest, certificate } = clientAuthentication;
    const credential = certificate?.thumbprint ?? secretDigest;
    if (this.#identity === undefined || this.#identity.credential !== credential) {
      const { kind, text, issuer, useIssuerHost } = location;
      const parts = [kind, text, issuer, useIssuerHost, clientId, method, credential];
      this.#identity = { credential, text: textDigest(JSON.stringify(parts)) };
    }
    return this.#identity.text;
  }

  async request(grant: TokenGrant, options: Parameters<TokenEndpoint["request"]>[1] = {}) {
    checkNames(grant ?? null, {
      doing: "request a token",
      names: GRANT,
      what: "the grant",
      member: "member of a grant",
    });
    checkNames(options, { doing: "request a token", names: { signal: true } });
    const { signal } = options;
    const form = tokenForm(grant.parameters);
    return this.#inTime("get an access token from", [signal], async (deadline) => {
      const server = await this.#server(deadline.signal);
      const attempt = () =>
        attemptTokenRequest({
          ...this.#options,
          wire: this.#wire,
          server,
          form,
          grantType: grant.grantType,
          signal: deadline.signal,
          identity: this.identity,
        });
      return this.#retrying(attempt, deadline, grant.repeatable);
    });
  }

  async close(): Promise<void> {
    this.#closing.abort(closedError());
    await this.#wire.connections.close();
  }

  #discover(): Promise<Server> {
    return this.#inTime("read the authorization server's metadata of", [], (deadline) => {
      const options = { ...this.#options, wire: this.#wire, signal: deadline.signal };
      return this.#retrying(() => readMetadata(options), deadline, true);
    });
  }

  #retrying<T>(attempt: () => Promise<Attempt<T>>, deadline: Deadline, repeatable: boolean) {
    const { random, sleep } = this.#options;
    return withRetries(attempt, { deadline, repeatable, random, sleep });
  }

  #inTime<T>(
    action: string,
    signals: readonly (AbortSignal | undefined)[],
    work: (deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const { timeoutMs, clock, location } = this.#options;
    const reason = `no answer within ${timeoutMs} ms; the option "timeoutMs" sets the limit`;
    const timeoutReason = () =>
      new TokenError("ERR_TOKEN_TIMEOUT", `Cannot ${action} ${shownUrl(location.url)}: ${reason}`);
    return withDeadline(
      { timeoutMs, clock, timeoutReason, signals: [this.#closing.signal, ...signals] },
      work,
    );
  }
}
