import { createClientAssertions } from "../clients/client-assertion.ts";
import type { GrantType } from "../clients/clients.ts";
import { RefreshTokens } from "../grants/refresh-tokens.ts";
import type { AuthorizationServer } from "../issuer/authorization-server.ts";
import { authorizationServerMetadata } from "../issuer/authorization-server-metadata.ts";
import { createIntrospection } from "../issuer/introspection-endpoint.ts";
import { createRevocation } from "../issuer/revocation-endpoint.ts";
import { STS_PATHS } from "../oauth/issuer-paths.ts";
import { type ResolvedIssuer, STS_NAME } from "../options/issuer-options.ts";
import type { HasQuirk, StsQuirk } from "../options/sts-quirks.ts";
import type { StsTarget, TargetPolicy } from "../options/sts-targets.ts";
import type { AccessTokens } from "../tokens/access-tokens.ts";
import type { StsContext } from "./sts-context.ts";
import { createStsEndpoint } from "./sts-endpoint.ts";
import { createStsGrants } from "./sts-grants.ts";
import { describeStsServers } from "./sts-info.ts";
import { createStsIssue } from "./sts-issue.ts";
import { withMetadataQuirks } from "./sts-metadata.ts";

/** A token exchange service: an issuer separate from the identity tenants. */
export interface SecurityTokenService extends AuthorizationServer {
  readonly name: string;
  /** Read at each request. */
  readonly settings: { quirks: readonly StsQuirk[] };
}

/** Creates a token exchange service. */
export function createSecurityTokenService(
  policy: ResolvedIssuer,
  tokens: AccessTokens,
  context: StsContext,
): SecurityTokenService {
  const { clock, dpop, authority, lifetime } = context;
  const { name, clients, defaultAudience, publicClient } = policy;
  const settings = { quirks: policy.quirks };
  const hasQuirk: HasQuirk = (quirk) => settings.quirks.includes(quirk);
  const targets = targetPolicy(policy, context);
  const refreshTokens = policy.refreshTokens ? new RefreshTokens(clock) : undefined;
  const grants = createStsGrants({ policy, tokens, targets, hasQuirk, refreshTokens }, context);
  const clientAssertions = createClientAssertions({
    ...context.options,
    ...audiences(tokens, context),
    clock,
  });
  const authentication = { clients, authority, clock, clientAssertions };
  return {
    name,
    tokens,
    settings,
    path: `/${name}`,
    paths: STS_PATHS,
    label: { token: "sts-token", ...(name !== STS_NAME && { issuer: name }) },
    endpoints: {
      token: createStsEndpoint({
        ...authentication,
        dpop,
        publicClient,
        hasQuirk,
        grants,
        issue: createStsIssue({
          tokens,
          refreshTokens,
          clock,
          defaultAudience,
          tokenLifetimeMs: () => lifetime.tokenLifetimeMs,
        }),
      }),
      introspection: createIntrospection({
        ...authentication,
        tokens,
        hiddenClaims: () => (hasQuirk("keycloak-introspection-without-act") ? ["act"] : []),
      }),
      revocation: createRevocation({ ...authentication, tokens, refreshTokens }),
    },
    metadata: () =>
      withMetadataQuirks(
        stsMetadata(tokens, targets, Object.keys(grants) as GrantType[]),
        hasQuirk,
      ),
  };
}

function audiences({ issuer }: AccessTokens, { options }: StsContext) {
  return { audience: options.strictAudience ? [issuer] : [issuer, `${issuer}${STS_PATHS.token}`] };
}

/** Every MCP server that takes the issuer's tokens is a target under its audience and under its URL. */
function targetPolicy(policy: ResolvedIssuer, { tenants }: StsContext): TargetPolicy {
  const servers = describeStsServers(tenants.provider, policy.name).map(
    ({ audience, url, requiredScope }): StsTarget => ({
      audience,
      resource: url,
      scopes: requiredScope?.split(" ") ?? [],
    }),
  );
  return { ...policy, targets: [...policy.targets, ...servers] };
}

function stsMetadata(
  { issuer, keys }: AccessTokens,
  { targets }: TargetPolicy,
  grantTypes: readonly GrantType[],
): Readonly<Record<string, unknown>> {
  return authorizationServerMetadata({
    issuer,
    paths: STS_PATHS,
    grantTypes,
    signingAlgorithm: keys.algorithm,
    scopes: [...new Set(targets.flatMap(({ scopes = [] }) => scopes))].sort(),
  });
}
