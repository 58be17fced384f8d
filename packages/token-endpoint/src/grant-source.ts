import type { TokenRequestField, TokenSource } from "@agent-oauth/core";
import type { TokenEndpoint } from "./token-endpoint.ts";

/** What the sources of this package have in common. */
export interface GrantSourceOptions {
  /** Sent with each request, such as a fixed `resource`; what is fixed here cannot be asked for in a token request. */
  readonly parameters?: Readonly<Record<string, string | readonly string[]>>;
  /** Which of `audience`, `resource` and `scope` a token request may have. Default all that `parameters` does not fix. */
  readonly honours?: readonly ("audience" | "resource" | "scope")[];
}
export type { TokenEndpoint, TokenRequestField, TokenSource };
