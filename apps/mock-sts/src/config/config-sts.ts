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
  signingAlgorithm: signingAlgorithm.describe("What it signs with. Default as the mock."),
  publicClient: flag.describe(
    "Takes requests that name no client and prove none. Default `false`.",
  ),
  trustedIssuers: z.array(trustedIssuer).describe("Whose tokens are taken too. Default none."),
  targets: checkedList(target, (targets) => targets.forEach(checkStsTarget)).describe(
    "What tokens may be for, beside the MCP servers. Default none.",
  ),
  authorizationServers: z
    .array(text)
    .describe("Issuers of other authorization servers an ID-JAG may be for. Default none."),
  defaultAudience: text.describe("`aud` without a target. Default `mock-default-audience`."),
  severalTargets: z.enum(["combine", "refuse"]).describe("Several targets. Default `combine`."),
  mayAct: z
    .enum(["optional", "required"])
    .describe("Whether a subject token must say who may act for it. Default `optional`."),
  maxActors: z.int().min(1).describe("Most actors in a chain of delegation. Default 5."),
  subjectForRequester: flag.describe(
    "Whether a subject token must be for the requesting client. Default `false`.",
  ),
  refreshTokens: flag.describe(
    "Whether an exchange brings a refresh token too, or one alone where asked. Default `false`.",
  ),
  quirks: settingsSchema.shape.quirks.describe("Ways in which it errs. Default none."),
} satisfies Record<keyof StsOptions, z.ZodType>;

/** The token exchange service. */
export const sts = z.strictObject(optionalKeys(stsShape));

const issuer: z.ZodType<IssuerOptions> = z.strictObject({
  name: text,
  ...optionalKeys({ clients }),
  ...sts.shape,
} satisfies Record<keyof IssuerOptions, z.ZodType>);

/** Issuers beside the token exchange service. */
export const issuers = checkedList(issuer, (some) =>
  resolveIssuers(some, { clients: new Map(), signingAlgorithm: "ES256", taken: [] }),
);
