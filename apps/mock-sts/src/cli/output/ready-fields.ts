import type { MockSts } from "../../mock-sts.ts";
import { agentEnvironment } from "../binding/agent-environment.ts";
import type { StartInfo } from "./start-info.ts";

/** Lists what a mock serves, for programs; it contains no secret. */
export function readyFields(mock: MockSts, info: StartInfo): Readonly<Record<string, unknown>> {
  const { url, gatewayUrl, tokenEndpoint, controlUrl, sts } = mock;
  const { version, config, notes, clientIds, binding } = info;
  const servers = describeServers(mock);
  const audiences = servers.flatMap(({ audience }) => audience ?? []);
  return {
    version,
    config,
    notes,
    url,
    gatewayUrl,
    tokenEndpoint,
    controlUrl,
    wellKnownUri: sts.wellKnownUri,
    servers,
    audiences,
    tenants: mock.tenants.map(({ subdomain, tenantId, isProvider, issuer, ...endpoints }) => ({
      subdomain,
      tenantId,
      isProvider,
      issuer,
      tokenEndpoint: endpoints.tokenEndpoint,
      serviceTokenEndpoint: endpoints.serviceTokenEndpoint,
    })),
    clientIds,
    ...(binding && {
      environment: agentEnvironment(mock, binding),
      userTokens: binding.userTokens.map(({ user, file, clientId }) => ({ user, file, clientId })),
    }),
  };
}

/** A server and the issuer of the tokens that it accepts. */
interface ReadyServer {
  readonly name: string;
  readonly url: string;
  readonly issuer: string;
  /** Subdomain of its tenant; absent for servers with an audience of their own. */
  readonly tenant?: string;
  /** Its name for the parameter `audience`. */
  readonly audience?: string;
}

function describeServers({ tenants, sts, issuers }: MockSts): readonly ReadyServer[] {
  const ofTenants = tenants.flatMap(({ issuer, subdomain: tenant, mcpServers }) =>
    mcpServers.map(({ name, url }) => ({ name, url, issuer, tenant })),
  );
  const exchanged = [sts, ...issuers].flatMap(({ issuer, mcpServers }) =>
    mcpServers.map(({ name, url, audience }) => ({ name, url, issuer, audience })),
  );
  return [...ofTenants, ...exchanged];
}
