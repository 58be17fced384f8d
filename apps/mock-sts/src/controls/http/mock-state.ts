import type { z } from "zod";
import type { ResolvedIssuer } from "../../options/issuer-options.ts";
import type { ResolvedOptions } from "../../options/options.ts";
import type { Recorder } from "../../recording/recorder.ts";
import { describeSts } from "../../sts/sts-info.ts";
import type { Tenant, Tenants } from "../../tenants/tenant.ts";
import { describeTenant } from "../../tenants/tenant-info.ts";
import type { Controls } from "../controls.ts";
import { describeClock } from "./clock-operations.ts";
import type { stateSchema } from "./state-schema.ts";

type State = z.input<typeof stateSchema>;

/** Describes a mock as it is now. */
export function readState(context: MockStateContext): State {
  const { options, controls, recorder, tenants, url, gatewayUrl } = context;
  const { clientId, recordSecrets } = options;
  return {
    url,
    gatewayUrl,
    clientId,
    startedAt: context.startedAt,
    issuers: issuersOf(context),
    mcpServers: serversOf(context),
    tenants: tenants.all.map(({ subdomain, tenantId, settings }) => ({
      subdomain,
      tenantId,
      subscribed: settings.subscribed,
    })),
    clock: describeClock(controls.clock),
    settings: controls.readSettings(),
    faults: [...controls.listFaults()],
    scenario: controls.scenario,
    counts: countsOf(recorder),
    lastAnswerId: recorder.lastAnswerId,
    recordSecrets,
    tokenRequired: context.tokenRequired,
  };
}

/** The parts of a mock that its state is read from. */
export interface MockStateContext {
  readonly options: ResolvedOptions;
  readonly controls: Controls;
  readonly recorder: Recorder;
  readonly tenants: Tenants;
  readonly url: string;
  readonly gatewayUrl: string;
  /** Whether every operation takes the admin token. */
  readonly tokenRequired: boolean;
  /** Start by the machine's clock, epoch milliseconds. */
  readonly startedAt: number;
}

/** Names of the token exchange service and of the further issuers. */
function servicesOf({ sts, issuers }: ResolvedOptions): readonly ResolvedIssuer[] {
  return [sts, ...issuers];
}

function issuersOf({ options, tenants, url }: MockStateContext): State["issuers"] {
  const ofTenant = (tenant: Tenant): State["issuers"] => {
    const { issuer, tokenEndpoint, serviceTokenEndpoint, subdomain } = describeTenant(tenant);
    return [
      { issuer, tokenEndpoint, kind: "identity-tenant", tenant: subdomain },
      {
        issuer: serviceTokenEndpoint,
        tokenEndpoint: serviceTokenEndpoint,
        kind: "xsuaa",
        tenant: subdomain,
      },
    ];
  };
  const services = servicesOf(options).map((service): State["issuers"][number] => {
    const { issuer, tokenEndpoint } = describeSts(service, url, tenants.provider);
    return { issuer, tokenEndpoint, kind: "token-exchange" };
  });
  return [...tenants.all.flatMap(ofTenant), ...services];
}

function serversOf({ options, tenants, url }: MockStateContext): State["mcpServers"] {
  const { provider } = tenants;
  const ofGateway = tenants.all.flatMap((tenant) =>
    describeTenant(tenant).mcpServers.map(({ name, url: serverUrl }) => ({
      name,
      url: serverUrl,
      tenant: tenant.subdomain,
    })),
  );
  const ofServices = servicesOf(options).flatMap((service) =>
    describeSts(service, url, provider).mcpServers.map(({ name, url: serverUrl, audience }) => ({
      name,
      url: serverUrl,
      audience,
      tenant: provider.subdomain,
    })),
  );
  return [...ofGateway, ...ofServices];
}

function countsOf({ totals, handshakes }: Recorder): State["counts"] {
  const { tokenRequests, toolCalls } = totals;
  const perCall = toolCalls === 0 ? undefined : tokenRequests / toolCalls;
  return { ...totals, handshakes, tokenRequestsPerToolCall: perCall };
}
