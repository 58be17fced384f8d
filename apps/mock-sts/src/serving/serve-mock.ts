import { X509Certificate } from "node:crypto";
import { seedLandscape } from "../btp/agent-gateway-landscape.ts";
import { type Configurations, createConfigurations } from "../btp/configurations.ts";
import { createDestinationService } from "../btp/destination-service.ts";
import { createXsuaa } from "../btp/xsuaa.ts";
import { type Controls, createControls } from "../controls/controls.ts";
import { createGateway } from "../gateway/gateway.ts";
import { createAdvertisedResources, gatewayRoute } from "../gateway/gateway-targets.ts";
import type { RequestHandler } from "../http/listener.ts";
import type { Listeners } from "../http/listeners.ts";
import { type ReceiveRequestsOptions, receiveRequests } from "../http/receive-requests.ts";
import { createIdentityTenant, type IdentityTenant } from "../issuer/identity-tenant.ts";
import type { SecurityTokenService } from "../sts/security-token-service.ts";
import { createSecurityTokenServices } from "../sts/security-token-services.ts";
import { createDpopVerifier, type DpopVerifier } from "../tokens/dpop.ts";
import type { MockParts } from "./mock-parts.ts";
import { serveControls } from "./serve-controls.ts";
import { createTokenServer } from "./token-server.ts";
import { tokenServerRoute } from "./token-server-route.ts";

interface Shared {
  readonly authority: X509Certificate;
  readonly services: readonly SecurityTokenService[];
  readonly dpop: DpopVerifier;
  readonly lifetimes: { tokenLifetimeMs: number; serviceTokenLifetimeMs: number };
  readonly recording: Omit<ReceiveRequestsOptions, "listener" | "routeOf">;
  readonly configurations: Configurations;
}

/** The running parts of a mock. */
export interface ServedMock {
  readonly controls: Controls;
  readonly services: readonly SecurityTokenService[];
}

/** Puts the token server and the gateway behind their listeners. */
export function serveMock(parts: MockParts, listeners: Listeners): ServedMock {
  const { options, keys, clock, faults, recorder, tokens, tenants, gatewayUrl: origin } = parts;
  const { requireBoundCertificate, tokenLifetimeMs, serviceTokenLifetimeMs } = options;
  const configurations = createConfigurations(clock);
  const { landscape } = options;
  const seedConfigurations = () =>
    seedLandscape(configurations, { landscape, tenants, keyStore: parts.lobKeyStore });
  seedConfigurations();
  const lifetimes = { tokenLifetimeMs, serviceTokenLifetimeMs };
  const switches = { requireBoundCertificate, alwaysUnauthorized: false };
  const { clientCertificateHeader } = options;
  const recording = {
    recorder,
    tokens,
    faults,
    keys,
    clock,
    clientCertificateHeader,
  };
  const authority = new X509Certificate(parts.trustedAuthority);
  const newDpopVerifier = () =>
    createDpopVerifier({ ...options, clock, nonces: options.dpopNonces });
  const dpop = newDpopVerifier();
  const services = createSecurityTokenServices({ ...parts, authority, dpop, lifetime: lifetimes });
  const shared = { authority, services, dpop, lifetimes, recording, configurations };
  const tokenServer = buildTokenServer(parts, shared);
  const gateway = createGateway({
    origin,
    tenants,
    services,
    switches,
    audience: options.gatewayClientId,
    dpop: newDpopVerifier(),
    clock,
    clockSkewMs: options.clockSkewMs,
    receive: receiveRequests({ ...recording, listener: "gateway", routeOf: gatewayRoute(tenants) }),
  });
  const [sts] = services;
  const controls = createControls({
    options,
    recorder,
    tokens,
    clock,
    tenants,
    configurations,
    keys,
    faults,
    gateway,
    sts,
    services,
    switches,
    lifetimes,
    seedConfigurations,
  });
  const otherwise: RequestHandler = (request, env) => tokenServer.fetch(request, env);
  listeners.tokenServer.serve(
    serveControls({ parts, services, controls, listener: listeners.tokenServer, otherwise }),
  );
  listeners.gateway.serve((request, env) => gateway.app.fetch(request, env));
  return { controls, services };
}

function buildTokenServer(parts: MockParts, shared: Shared) {
  const { authority, services, dpop, lifetimes, recording, configurations } = shared;
  const { clock, tenants, url, destinationClient: client } = parts;
  const identityTenants = buildIdentityTenants(parts, { authority, dpop, lifetime: lifetimes });
  const { clientId } = client;
  const issuers = [...identityTenants, ...services];
  return createTokenServer({
    url,
    tenants,
    issuers,
    receive: receiveRequests({
      ...recording,
      listener: "token-server",
      routeOf: tokenServerRoute(tenants, issuers),
    }),
    requestServiceToken: createXsuaa({ client, authority, clock, lifetime: lifetimes }),
    destinationService: createDestinationService({
      tenants,
      identityTenants,
      configurations,
      clientId,
      clock,
    }),
  });
}

/**
 * The provider's identity tenant has all clients; that of a subscriber has the client of
 * line-of-business agents and the further clients, and not the customer's agent.
 */
function buildIdentityTenants(
  { options, tenants, clock, gatewayUrl }: MockParts,
  context: Pick<Shared, "authority" | "dpop"> & { lifetime: Shared["lifetimes"] },
): readonly IdentityTenant[] {
  const isAdvertised = createAdvertisedResources(tenants, gatewayUrl);
  const subscriberClients = new Map(options.clients);
  subscriberClients.delete(options.clientId);
  return tenants.all.map((tenant) => {
    const clients = tenant.isProvider ? options.clients : subscriberClients;
    return createIdentityTenant(tenant, { ...context, options, clock, clients, isAdvertised });
  });
}
