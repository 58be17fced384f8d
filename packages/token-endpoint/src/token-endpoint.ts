import type { AccessToken } from "@agent-oauth/core";
import type { TokenEndpointOptions } from "./token-endpoint-options.ts";

/** One token request: a grant type and its parameters (RFC 6749 §4). */
export interface TokenGrant {
  /** Registered name or absolute URI of the grant. */
  readonly grantType: string;
  /** The grant's parameters; absent and empty ones are not sent, `resource` and `audience` may have several values. */
  readonly parameters: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Whether the request may be sent again after one that may have been processed. */
  readonly repeatable: boolean;
}

/** What a token endpoint answered: the token with its type, end, granted scope and binding. */
export type TokenAnswer = AccessToken;

/** One client's way to one token endpoint. */
export interface TokenEndpoint {
  readonly identity: string;
  request(grant: TokenGrant, options?: { signal?: AbortSignal }): Promise<TokenAnswer>;
  readonly fetch: typeof globalThis.fetch;
  close(): Promise<void>;
}

export declare function createTokenEndpoint(options: TokenEndpointOptions): TokenEndpoint;
