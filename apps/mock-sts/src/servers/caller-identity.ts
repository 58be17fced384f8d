import type { JWTPayload } from "jose";
import { z } from "zod";

/** Who calls: the claims of the access token, or what a test wants to see of them. */
export const callerIdentitySchema = z.object({
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  clientId: z.string(),
  jti: z.string(),
  /** Who acts for the subject: the last actor, not those before it. */
  actor: z.string().optional(),
});

/** Chooses from the claims of an access token what says who calls. */
export function callerIdentity(claims: JWTPayload): z.infer<typeof callerIdentitySchema> {
  const { sub, aud, client_id: clientId, jti, act } = claims;
  const actor = (act as { sub?: unknown } | undefined)?.sub;
  return callerIdentitySchema.parse({ sub, aud, clientId, jti, actor });
}
