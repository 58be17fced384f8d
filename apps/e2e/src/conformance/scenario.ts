import { z } from "zod";

const client = z.object({ client_id: z.string() });
const secret = { client_secret: z.string() };

const crossAppAccess = client.extend({
  ...secret,
  idp_client_id: z.string(),
  idp_id_token: z.string(),
  idp_token_endpoint: z.url(),
});

/** What the conformance tool tells a client: its name for what it is about, and with what the client is to do it. */
const scenario = z.discriminatedUnion("name", [
  client.extend({
    name: z.literal("auth/client-credentials-jwt"),
    private_key_pem: z.string(),
    signing_algorithm: z.string(),
  }),
  client.extend({ name: z.literal("auth/client-credentials-basic"), ...secret }),
  // It has two names, by the tool's edition.
  crossAppAccess.extend({
    name: z.literal([
      "auth/cross-app-access-complete-flow",
      "auth/enterprise-managed-authorization",
    ]),
  }),
  client.extend({ name: z.literal("auth/wif-jwt-bearer"), valid_jwt: z.string() }),
  // Nobody is known there: the client should not come to ask for a token.
  z.object({
    name: z.literal("auth/metadata-issuer-mismatch"),
    client_id: z.string().default("agent"),
  }),
]);

/** A scenario of the conformance tool that this client can play. */
export type Scenario = z.output<typeof scenario>;

/**
 * Reads a scenario as the tool puts it into the environment.
 *
 * @throws Error naming what is missing of it.
 */
export function parseScenario(context: string): Scenario {
  const result = scenario.safeParse(JSON.parse(context));
  if (result.success) return result.data;
  throw new Error(`The scenario is another one than expected: ${z.prettifyError(result.error)}`);
}
