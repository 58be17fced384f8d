import { z } from "zod";
import { faultSchema } from "../../faults/fault-schema.ts";
import { settingsSchema } from "../../options/control-settings.ts";
import { recordedTokenSchema } from "../../recording/request-schema.ts";

const text = z.string();

/** The clock, as it is described over HTTP. */
export const clockSchema = z.strictObject({
  now: z.number().describe("The mock's time, epoch milliseconds."),
  offsetMs: z.number().describe("How far it is ahead of the machine's, in milliseconds."),
  frozen: z.boolean().describe("Whether it is stopped."),
});

/** A fault that is set, as it is described over HTTP. */
export const FAULT_INFO_SCHEMA = faultSchema.safeExtend({
  id: z.int().describe("Number of the fault, from 1."),
  hits: z.int().describe("Number of requests it has hit."),
});

/** The verdict on a token, as it is described over HTTP. */
export const TOKEN_VERDICT_SCHEMA = recordedTokenSchema.extend({
  signature: z
    .enum(["good", "bad", "unknown-key", "none"])
    .describe("`none` if the token is not a JWT, `unknown-key` if another issuer signed it."),
  expiresAt: z.number().optional().describe("Epoch milliseconds."),
  expiresInMs: z.number().optional().describe("Negative when it has expired, by the mock's clock."),
  expired: z.boolean().optional(),
  revoked: z.boolean().optional().describe("Absent for tokens of other issuers."),
  binding: z
    .object({
      x5tS256: text.optional().describe("The certificate it is bound to."),
      jkt: text.optional().describe("The DPoP key it is bound to."),
      presentedWith: text
        .optional()
        .describe("Certificate of the connection that it was last sent over."),
      matches: z.boolean().optional().describe("Absent if it was not presented."),
    })
    .optional(),
  actors: z.array(text).describe("Who acts for the subject, the last actor first."),
  valueKept: z.boolean().describe("Whether its value can be shown to holders of the admin token."),
});

const issuer = z.strictObject({
  issuer: text,
  tokenEndpoint: text,
  kind: z.enum(["identity-tenant", "xsuaa", "token-exchange"]),
  tenant: text.optional(),
});

const mcpServer = z.strictObject({
  name: text,
  url: text,
  audience: text.optional().describe("Accepts only exchanged tokens for this audience."),
  tenant: text,
});

/** The state of a running mock, as it is described over HTTP. */
export const stateSchema = z.strictObject({
  url: text,
  gatewayUrl: text,
  clientId: text,
  startedAt: z.number().describe("Start by the machine's clock, epoch milliseconds."),
  issuers: z.array(issuer),
  mcpServers: z.array(mcpServer),
  tenants: z.array(z.strictObject({ subdomain: text, tenantId: text, subscribed: z.boolean() })),
  clock: clockSchema,
  settings: settingsSchema,
  faults: z.array(FAULT_INFO_SCHEMA),
  scenario: text.optional().describe("The scenario that was applied last, until a reset."),
  counts: z.strictObject({
    requests: z.int(),
    tokenRequests: z.int(),
    tokensIssued: z.int(),
    toolCalls: z.int(),
    faults: z.int().describe("Requests that a fault hit."),
    handshakes: z.int().describe("TLS connections accepted."),
    tokenRequestsPerToolCall: z
      .number()
      .optional()
      .describe("How well the agents cache: 0 is best; absent before the first call."),
  }),
  lastAnswerId: z.int(),
  recordSecrets: z.boolean().describe("Whether values of tokens are kept."),
  tokenRequired: z.boolean().describe("Whether every operation requires the admin token."),
});
