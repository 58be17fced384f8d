import { X509Certificate } from "node:crypto";
import { AccessTokens } from "./access-tokens.ts";
import { authorizationServerMetadata } from "./authorization-server-metadata.ts";
import { clientCredentialsGrant } from "./client-credentials-grant.ts";
import type { Clock } from "./clock.ts";
import { type Controls, createControls } from "./controls.ts";
import { type ExchangeOptions, exchange } from "./exchange.ts";
import type { Faults } from "./faults.ts";
import { createGateway, gatewayRoute } from "./gateway.ts";
import { createJwtBearerGrant } from "./jwt-bearer-grant.ts";
import type { Listeners } from "./listeners.ts";
import type { ResolvedOptions } from "./options.ts";
import type { RecordingRecorder } from "./recorder.ts";
import { knownScopes } from "./scopes.ts";
import type { SigningKeys } from "./signing-keys.ts";
import { createTokenEndpoint } from "./token-endpoint.ts";
import {
  createTokenServer,
  jwksPath,
  mtlsTokenPath,
  tokenPath,
  tokenServerRoute,
} from "./token-server.ts";

/** What the two servers of a mock share. */
export interface MockParts {
  readonly options: ResolvedOptions;
  /** PEM of the authority that client certificates must come from. */
  readonly trustedAuthority: string;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly recorder: RecordingRecorder;
  readonly url: string;
  readonly gatewayUrl: string;
}

/** Puts the token server and the gateway behind their listeners. */
export function serveMock(parts: MockParts, listeners: Listeners): Controls {
  const { options, keys, clock, faults, recorder, url: issuer, gatewayUrl: origin } = parts;
  const { clockSkewMs, requireBoundCertificate, tokenLifetimeMs, mcpServers: servers } = options;
  const tokens = new AccessTokens({ issuer, keys, clock, clockSkewMs });
  const lifetime = { tokenLifetimeMs };
  const switches = { requireBoundCertificate, alwaysUnauthorized: false };
  const recording = { recorder, faults, clock, onAnswer: options.onAnswer };
  const tokenServer = buildTokenServer(parts, { tokens, lifetime, recording });
  const gateway = createGateway({
    ...{ origin, issuer, tokens, servers, switches, audience: options.gatewayClientId },
    exchange: exchange({ ...recording, listener: "gateway", routeOf: gatewayRoute(servers) }),
  });
  listeners.tokenServer.serve((request, env) => tokenServer.fetch(request, env));
  listeners.gateway.serve((request, env) => gateway.app.fetch(request, env));
  return createControls({ clock, tokens, keys, faults, gateway, switches, lifetime });
}

function buildTokenServer(
  { options, keys, clock, url: issuer, trustedAuthority }: MockParts,
  context: {
    tokens: AccessTokens;
    lifetime: { tokenLifetimeMs: number };
    recording: Omit<ExchangeOptions, "listener" | "routeOf">;
  },
) {
  const { tokens, lifetime, recording } = context;
  const tokenEndpoint = `${issuer}${tokenPath}`;
  const jwtBearerGrant = createJwtBearerGrant({ ...options, issuer, tokenEndpoint, keys, clock });
  return createTokenServer({
    keys,
    exchange: exchange({ ...recording, listener: "token-server", routeOf: tokenServerRoute }),
    metadata: authorizationServerMetadata(
      {
        ...{ issuer, tokenEndpoint, jwksUri: `${issuer}${jwksPath}` },
        mtlsTokenEndpoint: `${issuer}${mtlsTokenPath}`,
      },
      knownScopes(options.clients),
    ),
    tokenEndpoint: createTokenEndpoint({
      ...options,
      ...{ issuer, tokens, keys, clock },
      authority: new X509Certificate(trustedAuthority),
      tokenLifetimeMs: () => lifetime.tokenLifetimeMs,
      grants: {
        client_credentials: clientCredentialsGrant,
        "urn:ietf:params:oauth:grant-type:jwt-bearer": jwtBearerGrant,
      },
    }),
  });
}
