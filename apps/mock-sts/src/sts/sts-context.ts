import type { X509Certificate } from "node:crypto";
import type { ResolvedOptions } from "../options/options.ts";
import type { Tenants } from "../tenants/tenant.ts";
import type { Clock } from "../time/clock.ts";
import type { AccessTokens } from "../tokens/access-tokens.ts";
import type { DpopVerifier } from "../tokens/dpop.ts";

/** The parts of a mock that all token exchange services share. */
export interface StsContext {
  readonly options: ResolvedOptions;
  readonly tenants: Tenants;
  readonly authority: X509Certificate;
  readonly clock: Clock;
  readonly dpop: DpopVerifier;
  readonly lifetime: { readonly tokenLifetimeMs: number };
  /** Access tokens of the mock's issuers by issuer: each accepts the tokens of the others. */
  readonly own: ReadonlyMap<string, AccessTokens>;
  /** Issuers of the mock that an ID-JAG may be for. */
  readonly authorizationServers: readonly string[];
}
