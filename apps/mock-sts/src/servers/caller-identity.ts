import type { JWTPayload } from "jose";
import { z } from "zod";

/** The identity of a caller: the claims of the access token that tests check. */
export const callerIdentitySchema = z.object({
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  clientId: z.string(),
  jti: z.string(),
  /** Who acts for the subject: the last actor, not those before it. */
  actor: z.string().optional(),
});

/** Reads the identity of a caller from the claims of an access token. */
export function callerIdentity(claims: JWTPayload): z.infer<typeof callerIdentitySchema> {
  const { sub, aud, client_id: clientId, jti, act } = claims;
  const actor = (act as { sub?: unknown } | undefined)?.sub;
  return callerIdentitySchema.parse({ sub, aud, clientId, jti, actor });
}
