import type { TokenSource } from "@agent-oauth/core";
import type { GrantSourceOptions } from "./grant-source.ts";
import type { TokenEndpoint } from "./token-endpoint.ts";

export declare function clientCredentialsSource(
  endpoint: TokenEndpoint,
  options?: GrantSourceOptions,
): TokenSource;
