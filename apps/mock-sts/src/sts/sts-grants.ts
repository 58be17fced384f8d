import type { GrantType } from "../clients/clients.ts";
import { createRefreshGrant } from "../grants/refresh-grant.ts";
import type { RefreshTokens } from "../grants/refresh-tokens.ts";
import { createStsAssertionGrant } from "../grants/sts-assertion-grant.ts";
import { createStsClientGrant } from "../grants/sts-client-grant.ts";
import type { StsGrant } from "../grants/sts-grant.ts";
import { createTokenExchangeGrant } from "../grants/token-exchange-grant.ts";
import { STS_PATHS } from "../oauth/issuer-paths.ts";
import type { ResolvedIssuer } from "../options/issuer-options.ts";
import type { HasQuirk } from "../options/sts-quirks.ts";
import type { TargetPolicy } from "../options/sts-targets.ts";
import type { AccessTokens } from "../tokens/access-tokens.ts";
import { createTokenIssuers } from "../tokens/token-issuers.ts";
import type { StsContext } from "./sts-context.ts";

/** Creates the grants of an issuer. */
export function createStsGrants(
  { policy, tokens: { issuer }, targets, hasQuirk, refreshTokens }: StsGrantParts,
  { options, clock, own, ...context }: StsContext,
): Readonly<Partial<Record<GrantType, StsGrant>>> {
  const { maxActors } = policy;
  const issuers = createTokenIssuers({
    own,
    clock,
    clockSkewMs: options.clockSkewMs,
    trusted: policy.trustedIssuers,
  });
  const parts = {
    issuer,
    tokenEndpoint: `${issuer}${STS_PATHS.token}`,
    issuers,
    targets,
    hasQuirk,
  };
  const authorizationServers = [...context.authorizationServers, ...policy.authorizationServers];
  return {
    "urn:ietf:params:oauth:grant-type:token-exchange": createTokenExchangeGrant({
      ...parts,
      policy,
      authorizationServers,
    }),
    "urn:ietf:params:oauth:grant-type:jwt-bearer": createStsAssertionGrant({
      ...options,
      ...parts,
      clock,
      maxActors,
    }),
    client_credentials: createStsClientGrant(targets),
    ...(refreshTokens !== undefined && { refresh_token: createRefreshGrant(refreshTokens) }),
  };
}

/** The parts of an issuer that its grants need. */
export interface StsGrantParts {
  readonly policy: ResolvedIssuer;
  readonly tokens: AccessTokens;
  readonly targets: TargetPolicy;
  readonly hasQuirk: HasQuirk;
  /** Absent if the issuer issues none. */
  readonly refreshTokens: RefreshTokens | undefined;
}
