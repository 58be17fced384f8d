import type { AccessToken } from "@agent-oauth/core";
import { checkOptions } from "../options/checked-options.ts";
import type { TokenEndpointOptions } from "../options/token-endpoint-options.ts";
import type { EndpointRequest } from "./endpoint-request.ts";
import { HttpTokenEndpoint } from "./http-token-endpoint.ts";
import type { PolledGrant, TokenGrant } from "./token-grant.ts";

/** One client's way to one authorization server: to its token endpoint and, by its metadata, to its other ones. Safe for concurrent use. */
export interface TokenEndpoint {
  /**
   * A digest of the token endpoint or issuer, the client's identifier, its method and its credential. It changes when
   * the certificate is replaced.
   */
  readonly identity: string;
  /** Whether the identity means the same in every process: `true`, or the reason why not. */
  readonly sharing?: true | string | undefined;
  /**
   * Makes one token request, with at most two retries inside `timeoutMs`. The signal ends it with its reason.
   *
   * @returns the token with its type and expiry, the granted scope (the requested one if the response names none) and, if a
   * client certificate was presented, that certificate as `confirmation`.
   * @throws TypeError if a parameter is blank, reserved or repeated.
   * @throws TokenError for whatever goes wrong on the wire or in the response; see the README's table.
   */
  request(
    grant: TokenGrant,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<AccessToken>;
  /**
   * Sends an authenticated POST to any endpoint that the server's metadata names, for grants of several steps: with the same
   * retries, limits and errors as a token request. The endpoint is looked for when it is used; clients with a certificate
   * use its mTLS alias (RFC 8705 §5).
   *
   * @throws TokenError `ERR_TOKEN_METADATA` if the metadata names no such endpoint, or only `tokenEndpoint` is given.
   */
  post<T>(
    request: EndpointRequest<T>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<T>;
  /**
   * Makes token requests at the server's pace until a user has decided. Each request may take `timeoutMs` and is not retried:
   * it waits `intervalMs` for the next one, 5 s longer after each `slow_down`, twice as long after each failure that may pass.
   *
   * @throws TokenError as `request` does; with the `oauthError` `expired_token` also if `lifetimeMs` is over.
   * @see {@link https://www.rfc-editor.org/rfc/rfc8628#section-3.5 RFC 8628 §3.5}
   */
  poll(
    grant: PolledGrant,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<AccessToken>;
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
  return new HttpTokenEndpoint(checkOptions(options));
}
