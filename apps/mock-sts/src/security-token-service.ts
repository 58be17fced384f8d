import type { X509Certificate } from "node:crypto";
import { AccessTokens } from "./access-tokens.ts";
import { authorizationServerMetadata } from "./authorization-server-metadata.ts";
import { createClientAssertions } from "./client-assertion.ts";
import type { Clients } from "./clients.ts";
import type { Clock } from "./clock.ts";
import type { ResolvedOptions } from "./options.ts";
import type { SigningKeys } from "./signing-keys.ts";
import { createStsAssertionGrant } from "./sts-assertion-grant.ts";
import { createStsEndpoint, type StsEndpointOptions } from "./sts-endpoint.ts";
import { describeStsServers } from "./sts-info.ts";
import { createStsIssue } from "./sts-issue.ts";
import { withMetadataQuirks } from "./sts-metadata.ts";
import { stsPath, stsPaths } from "./sts-paths.ts";
import type { StsQuirk } from "./sts-quirks.ts";
import type { StsTarget, TargetPolicy } from "./sts-targets.ts";
import type { Tenants } from "./tenant.ts";
import type { TokenAnswer, TokenRequest } from "./token-endpoint.ts";
import { createTokenExchangeGrant, type TokenExchangeOptions } from "./token-exchange-grant.ts";
import { createTokenIssuers } from "./token-issuers.ts";

/** The token exchange service: an issuer of its own beside the identity tenants. */
export interface SecurityTokenService {
  readonly issuer: string;
  readonly tokens: AccessTokens;
  /** Read at each request. */
  readonly settings: { quirks: readonly StsQuirk[] };
  /** Its metadata document, as its quirks have it now. */
  metadata(): Readonly<Record<string, unknown>>;
  requestToken(request: TokenRequest): Promise<TokenAnswer>;
}

/** What the service works with. */
export interface StsContext {
  readonly options: ResolvedOptions;
  readonly tenants: Tenants;
  readonly authority: X509Certificate;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly url: string;
  readonly lifetime: { readonly tokenLifetimeMs: number };
}

/** Grants of the service. */
const stsGrants = [
  "urn:ietf:params:oauth:grant-type:token-exchange",
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
] as const;

/** Creates the token exchange service of a mock. */
export function createSecurityTokenService(context: StsContext): SecurityTokenService {
  const { options, keys, clock, url } = context;
  const { sts: policy, clockSkewMs } = options;
  const issuer = `${url}${stsPath}`;
  const tokenEndpoint = `${issuer}${stsPaths.token}`;
  const tokens = new AccessTokens({ issuer, keys, clock, clockSkewMs });
  const settings = { quirks: policy.quirks };
  const hasQuirk = (quirk: StsQuirk) => settings.quirks.includes(quirk);
  const targets = targetPolicy(context);
  const issuers = createTokenIssuers({
    ...{ keys, clock, clockSkewMs, trusted: policy.trustedIssuers },
    own: new Map([
      [issuer, tokens],
      ...context.tenants.all.map((it) => [it.issuer, it.tokens] as const),
    ]),
  });
  const parts = { issuer, tokenEndpoint, issuers, targets, hasQuirk };
  const metadata = stsMetadata({ issuer, tokenEndpoint }, targets);
  return {
    ...{ issuer, tokens, settings },
    metadata: () => withMetadataQuirks(metadata, hasQuirk),
    requestToken: createStsEndpoint({
      ...{ clock, hasQuirk, authority: context.authority, publicClient: policy.publicClient },
      clients: stsClients(options),
      clientAssertions: createClientAssertions({
        ...{ audience: [issuer, tokenEndpoint], clock, clockSkewMs },
      }),
      grants: createGrants(parts, context),
      issue: createStsIssue({
        ...{ issuer, tokens, keys, clock, defaultAudience: policy.defaultAudience },
        tokenLifetimeMs: () => context.lifetime.tokenLifetimeMs,
      }),
    }),
  };
}

function createGrants(
  parts: Omit<TokenExchangeOptions, "policy" | "authorizationServers">,
  { options, clock }: StsContext,
): StsEndpointOptions["grants"] {
  const { sts: policy } = options;
  const authorizationServers = [parts.issuer, ...policy.authorizationServers];
  const { maxActors } = policy;
  return {
    "urn:ietf:params:oauth:grant-type:token-exchange": createTokenExchangeGrant({
      ...{ ...parts, policy, authorizationServers },
    }),
    "urn:ietf:params:oauth:grant-type:jwt-bearer": createStsAssertionGrant({
      ...{ ...options, ...parts, clock, maxActors },
    }),
  };
}

/** Every MCP server with an audience is a target under that name and under its URL. */
function targetPolicy({ options, tenants }: StsContext): TargetPolicy {
  const servers = describeStsServers(tenants.provider).map(
    ({ audience, url, requiredScope }): StsTarget => ({
      ...{ audience, resource: url },
      scopes: requiredScope?.split(" ") ?? [],
    }),
  );
  return { ...options.sts, targets: [...options.sts.targets, ...servers] };
}

function stsClients({ clients, sts: { publicClient } }: ResolvedOptions): Clients {
  if (publicClient === undefined) return clients;
  return new Map([...clients, [publicClient.clientId, publicClient]]);
}

function stsMetadata(
  { issuer, tokenEndpoint }: { issuer: string; tokenEndpoint: string },
  { targets }: TargetPolicy,
): Readonly<Record<string, unknown>> {
  return authorizationServerMetadata(
    {
      ...{ issuer, tokenEndpoint, jwksUri: `${issuer}${stsPaths.jwks}` },
      mtlsTokenEndpoint: `${issuer}${stsPaths.mtlsToken}`,
      authorizationEndpoint: `${issuer}${stsPaths.authorization}`,
    },
    {
      grantTypes: stsGrants,
      scopes: [...new Set(targets.flatMap(({ scopes = [] }) => scopes))].sort(),
    },
  );
}
