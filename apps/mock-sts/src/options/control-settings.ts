import { z } from "zod";
import { stsQuirks } from "./sts-quirks.ts";

const lifetime = z.int().min(1_000).max(43_200_000);

/** The switches of a mock: plain data. */
export const settingsSchema = z.strictObject({
  tokenLifetimeMs: lifetime.describe("Lifetime of access tokens issued from now on."),
  serviceTokenLifetimeMs: lifetime.describe(
    "Lifetime of XSUAA's service tokens issued from now on.",
  ),
  requireBoundCertificate: z
    .boolean()
    .describe("Whether the gateway demands the certificate a token is bound to."),
  alwaysUnauthorized: z
    .union([z.boolean(), z.array(z.string().min(1))])
    .describe(
      "Whether the gateway responds with 401: everywhere, or at the servers and agents named.",
    ),
  quirks: z.array(z.enum(stsQuirks)).describe("Quirks of the token exchange service from now on."),
});

/** A change of some switches. */
export const SETTINGS_CHANGE_SCHEMA = settingsSchema.partial();

/** The switches of a mock. */
export type Settings = z.infer<typeof settingsSchema>;

/** A change of some switches. */
export type SettingsChange = z.infer<typeof SETTINGS_CHANGE_SCHEMA>;
