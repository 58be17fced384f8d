import { randomBytes } from "node:crypto";
import { sameSecret } from "../../oauth/fingerprint.ts";
import { controlError } from "./control-error.ts";

/** Makes the token that shows secrets: 256 random bits. */
export function createAdminToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Returns the refusal of a request that does not carry the admin token. */
export function withoutAdminToken(
  authorization: string | undefined,
  adminToken: string,
): Response | undefined {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (given !== undefined && sameSecret(adminToken, given)) return undefined;
  const message = "send the token that was printed at the start, as Authorization: Bearer …";
  const challenge = { "WWW-Authenticate": 'Bearer realm="mock-sts controls"' };
  return controlError(401, { error: "admin_token_required", message }, challenge);
}
