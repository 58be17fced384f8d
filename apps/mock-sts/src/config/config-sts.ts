import { z } from "zod";
import { settingsSchema } from "../options/control-settings.ts";
import { type IssuerOptions, resolveIssuers } from "../options/issuer-options.ts";
import type { StsOptions } from "../options/sts-options.ts";
import { checkStsTarget, type StsTarget } from "../options/sts-targets.ts";
import {
  checkedList,
  clients,
  optionalKeys,
  signingAlgorithm,
  text,
  trustedIssuer,
} from "./config-elements.ts";

const flag = z.boolean();

const target = z.strictObject(
  optionalKeys({
    audience: text,
    resource: text,
    scopes: z.array(text),
    clients: z.array(text),
  }) satisfies Record<keyof StsTarget, z.ZodType>,
);

/** Keys of `sts`. */
export const stsShape = {
  signingAlgorithm: signingAlgorithm.describe(
    "Algorithm of its signatures. Default that of the mock.",
  ),
  publicClient: flag.describe("Accepts requests without a client. Default `false`."),
  trustedIssuers: z
    .array(trustedIssuer)
    .describe("Further issuers whose tokens are accepted. Default none."),
  targets: checkedList(target, (targets) => targets.forEach(checkStsTarget)).describe(
    "Further targets of tokens, in addition to the MCP servers. Default none.",
  ),
  authorizationServers: z
    .array(text)
    .describe("Issuers of other authorization servers an ID-JAG may be for. Default none."),
  defaultAudience: text.describe("`aud` without a target. Default `mock-default-audience`."),
  severalTargets: z.enum(["combine", "refuse"]).describe("Several targets. Default `combine`."),
  mayAct: z
    .enum(["optional", "required"])
    .describe("Whether a subject token must say who may act for it. Default `optional`."),
  maxActors: z
    .int()
    .min(1)
    .describe("The highest number of actors in a chain of delegation. Default 5."),
  subjectForRequester: flag.describe(
    "Whether a subject token must be for the requesting client. Default `false`.",
  ),
  refreshTokens: flag.describe("Whether an exchange returns refresh tokens. Default `false`."),
  quirks: settingsSchema.shape.quirks.describe("Deviations from the RFCs. Default none."),
} satisfies Record<keyof StsOptions, z.ZodType>;

/** The token exchange service. */
export const sts = z.strictObject(optionalKeys(stsShape));

const issuer: z.ZodType<IssuerOptions> = z.strictObject({
  name: text,
  ...optionalKeys({ clients }),
  ...sts.shape,
} satisfies Record<keyof IssuerOptions, z.ZodType>);

/** Further issuers. */
export const issuers = checkedList(issuer, (some) =>
  resolveIssuers(some, { clients: new Map(), signingAlgorithm: "ES256", taken: [] }),
);
