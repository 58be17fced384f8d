import { bearerToken } from "../../oauth/authorization-header.ts";
import { sameSecret } from "../../oauth/fingerprint.ts";
import { randomToken } from "../../oauth/random-token.ts";
import { controlError } from "./control-error.ts";

/** Makes the token that shows secrets: 256 random bits. */
export function createAdminToken(): string {
  return randomToken();
}

/** Returns the refusal of a request that does not carry the admin token. */
export function withoutAdminToken(
  authorization: string | undefined,
  adminToken: string,
): Response | undefined {
  const given = bearerToken(authorization);
  if (given !== undefined && sameSecret(adminToken, given)) return undefined;
  const message = "send the token that was printed at the start, as Authorization: Bearer …";
  const challenge = { "WWW-Authenticate": 'Bearer realm="mock-sts controls"' };
  return controlError(401, { error: "admin_token_required", message }, challenge);
}
