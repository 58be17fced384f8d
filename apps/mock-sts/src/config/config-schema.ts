import { z } from "zod";
import { faultSchema } from "../faults/fault-schema.ts";
import { resolveControlOptions } from "../options/control-options.ts";
import { settingsSchema } from "../options/control-settings.ts";
import type { MockStsOptions } from "../options/options.ts";
import { scenarioSchema } from "../options/scenario.ts";
import type { TenantOptions } from "../options/tenants.ts";
import {
  agents,
  checkedList,
  clients,
  mcpServers,
  optionalKeys,
  signingAlgorithm,
  text,
} from "./config-elements.ts";
import { issuers, sts } from "./config-sts.ts";
import { PRESET_NAMES, type PresetName } from "./preset-names.ts";

/** Ten years, in milliseconds. */
const DECADE_MS = 315_576_000_000;

const SETTINGS = settingsSchema.shape;
const port = z.int().min(0).max(65_535);
const flag = z.boolean();

const tenant = z.strictObject({
  subdomain: text,
  ...optionalKeys({ tenantId: text, subscribed: flag, mcpServers, agents }),
}) satisfies z.ZodType<TenantOptions>;

/** Keys that are options of `startMockSts` too. */
export const optionShape = {
  host: text.describe("Address to bind. Default `127.0.0.1`."),
  port: port.describe(
    "Port of the token server; 0 is any free one. Default 0; on the command line 5443, if it is free.",
  ),
  gatewayPort: port.describe(
    "Port of the gateway; 0 is any free one. Default 0; on the command line 5444, if it is free.",
  ),
  insecureHttp: flag.describe("Plain HTTP, without client certificates. Default `false`."),
  clientId: text.describe("Client id of the agent. Default `mock-agent`."),
  certificateBoundTokens: flag.describe(
    "Binds the agent's tokens to its certificate. Default `true`.",
  ),
  scopes: z.array(text).describe("Scopes the agent may ask for. Default none."),
  clients: clients.describe(
    "Further clients, each with its proof: a secret, a name or keys. Default none.",
  ),
  gatewayClientId: text.describe("`aud` of the agent's tokens. Default `mock-agent-gateway`."),
  tenantId: text.describe("The provider's claims `app_tid` and `zid`. Default `mock-tenant`."),
  identityZone: text.describe("The provider's subdomain. Default `provider-zone`."),
  landscape: text.describe("End of the destination's name. Default `eu10`."),
  mcpServers: mcpServers.describe(
    "The provider's MCP servers; a tool is `name`, `description` and its `answer`. Default five.",
  ),
  agents: agents.describe("The provider's A2A agents. Default one."),
  tenants: z.array(tenant).describe("Subscribers. Default `tenant-a` and `tenant-b`."),
  tokenLifetimeMs: SETTINGS.tokenLifetimeMs.describe(
    "Lifetime of access tokens. Default 3 600 000.",
  ),
  serviceTokenLifetimeMs: SETTINGS.serviceTokenLifetimeMs.describe(
    "Lifetime of XSUAA's tokens. Default 43 200 000.",
  ),
  clockSkewMs: z.int().min(0).max(600_000).describe("Allowed difference of clocks. Default 0."),
  maxAssertionLifetimeMs: z.int().min(1).describe("Longest lifetime of an assertion. Default any."),
  refuseReusedAssertions: flag.describe(
    "Whether an assertion can be used only once. Default `false`.",
  ),
  requireBoundCertificate: SETTINGS.requireBoundCertificate.describe(
    "Whether the gateway demands the certificate a token is bound to. Default `false`.",
  ),
  strictAudience: flag.describe("Whether assertions must be for the issuer only. Default `false`."),
  signingAlgorithm: signingAlgorithm.describe(
    "Algorithm of the issuers' signatures. Default `ES256`.",
  ),
  dpopNonces: flag.describe("Whether DPoP proofs need a nonce. Default `false`."),
  clientCertificateHeader: text.describe(
    "Header in which a proxy forwards the client certificate. Default none.",
  ),
  sts: sts.describe("The token exchange service: see below."),
  issuers: issuers.describe(
    "Further issuers, each at `/{name}`, with the same options as `sts`. Default none.",
  ),
  scenarios: checkedList(scenarioSchema, (scenarios) =>
    resolveControlOptions({ scenarios }),
  ).describe("Further scenarios. Default none."),
  recordLimits: z
    .strictObject(optionalKeys({ requests: z.int().min(1), bytes: z.int().min(1) }))
    .describe("Limits of the log. Default 10 000 and 67 108 864."),
  recordSecrets: flag.describe("Whether values of tokens are kept. Default `false`."),
  controlHosts: z
    .array(z.string().regex(/^[a-z0-9.-]+$/i, "must be a host name without port"))
    .describe("Further host names of the controls. Default none."),
  seed: z.int().describe("Seed of faults with a `probability`. Default 1."),
} satisfies Record<Exclude<keyof MockStsOptions, "onAnswer">, z.ZodType>;

/** Live keys: they apply to a running mock. */
export const liveShape = {
  scenario: text.describe("A scenario that is applied at the start. Default none."),
  alwaysUnauthorized: SETTINGS.alwaysUnauthorized.describe(
    "Whether MCP servers and agents respond with 401: all, or those named. Default `false`.",
  ),
  faults: z
    .array(faultSchema)
    .describe("Faults, each with `match` and `effect`: see below. Default none."),
  clock: z
    .strictObject(
      optionalKeys({
        offsetMs: z.number().min(-DECADE_MS).max(DECADE_MS),
        frozenAt: z.iso.datetime({ offset: true, error: "must be an ISO 8601 instant" }),
      }),
    )
    .refine((clock) => Object.keys(clock).length < 2, 'has "offsetMs" or "frozenAt", not both')
    .describe(
      "How far the mock's clock is ahead, or the instant at which it is stopped (ISO 8601). Default the machine's clock.",
    ),
};

const live = z.strictObject(optionalKeys(liveShape));

/** The live part of a configuration. */
export type LiveConfig = z.infer<typeof live>;

/** A configuration: options and live keys. */
export interface Config extends Omit<MockStsOptions, "onAnswer">, LiveConfig {
  readonly preset?: PresetName;
}

/** A configuration file as data: every key may be left out. */
export const configSchema = z.strictObject({
  ...optionalKeys({
    preset: z
      .enum(PRESET_NAMES)
      .describe("Settings to begin with: see below. Default `everything`."),
    ...optionShape,
  }),
  ...live.shape,
}) satisfies z.ZodType<Config>;
