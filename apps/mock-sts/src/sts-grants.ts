import type { AccessTokens } from "./access-tokens.ts";
import type { GrantType } from "./clients.ts";
import type { ResolvedIssuer } from "./issuer-options.ts";
import { stsPaths } from "./issuer-paths.ts";
import { createRefreshGrant } from "./refresh-grant.ts";
import type { RefreshTokens } from "./refresh-tokens.ts";
import type { StsContext } from "./security-token-service.ts";
import { createStsAssertionGrant } from "./sts-assertion-grant.ts";
import { createStsClientGrant } from "./sts-client-grant.ts";
import type { StsGrant } from "./sts-grant.ts";
import type { HasQuirk } from "./sts-quirks.ts";
import type { TargetPolicy } from "./sts-targets.ts";
import { createTokenExchangeGrant } from "./token-exchange-grant.ts";
import { createTokenIssuers } from "./token-issuers.ts";

/** What the grants of one issuer are made of. */
export interface StsGrantParts {
  readonly policy: ResolvedIssuer;
  readonly tokens: AccessTokens;
  readonly targets: TargetPolicy;
  readonly hasQuirk: HasQuirk;
  /** Absent where none are issued. */
  readonly refreshTokens: RefreshTokens | undefined;
}

/** Creates the grants of an issuer. */
export function createStsGrants(
  { policy, tokens: { issuer }, targets, hasQuirk, refreshTokens }: StsGrantParts,
  { options, clock, own, ...context }: StsContext,
): Readonly<Partial<Record<GrantType, StsGrant>>> {
  const { maxActors } = policy;
  const issuers = createTokenIssuers({
    ...{ own, clock, clockSkewMs: options.clockSkewMs, trusted: policy.trustedIssuers },
  });
  const parts = { issuer, tokenEndpoint: `${issuer}${stsPaths.token}`, issuers, targets, hasQuirk };
  const authorizationServers = [...context.authorizationServers, ...policy.authorizationServers];
  return {
    "urn:ietf:params:oauth:grant-type:token-exchange": createTokenExchangeGrant({
      ...{ ...parts, policy, authorizationServers },
    }),
    "urn:ietf:params:oauth:grant-type:jwt-bearer": createStsAssertionGrant({
      ...{ ...options, ...parts, clock, maxActors },
    }),
    client_credentials: createStsClientGrant(targets),
    ...(refreshTokens !== undefined && { refresh_token: createRefreshGrant(refreshTokens) }),
  };
}
