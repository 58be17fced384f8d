import type { TokenSource } from "@agent-oauth/core";
import type { GrantSourceOptions } from "./grant-source.ts";
import type { TokenEndpoint } from "./token-endpoint.ts";

/** How a {@link jwtBearerSource} asks. */
export interface JwtBearerSourceOptions extends GrantSourceOptions {
  /** Whether the server takes one assertion several times, so that a request can be repeated. Default false. */
  readonly assertionReusable?: boolean;
}

export declare function jwtBearerSource(
  endpoint: TokenEndpoint,
  options?: JwtBearerSourceOptions,
): TokenSource;
