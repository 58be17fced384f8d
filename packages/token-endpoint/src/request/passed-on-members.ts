/** Members of an error response that a caller sends on, beside the code and the description. */
import { isClaimsParameter } from "@agent-oauth/core/internal";
import { holdsSecret } from "../server-text/secret-traces.ts";

/** What a {@link TokenError} takes over. */
export interface PassedOnMembers {
  readonly claims?: string;
  readonly suberror?: string;
}

const CODE = /^[a-z][a-z_]{2,63}$/;
/** Claims may be in base64, which begins as a JWT does, but has no dots. */
const JWT = /eyJ[\w-]{8,}\./;

/**
 * Reads what a caller must send on to get another token: the claims of a policy, and the code that says how to ask the user.
 * Each must fit its form, and is left out if it holds a secret.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter OpenID Connect Core §5.5}
 */
export function passedOnMembers(
  { claims, suberror }: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
): PassedOnMembers {
  const text = typeof claims === "object" && claims !== null ? JSON.stringify(claims) : claims;
  return {
    ...(isSafe(text, secrets) && isClaimsParameter(text) && { claims: text }),
    ...(isSafe(suberror, secrets) && CODE.test(suberror) && { suberror }),
  };
}

function isSafe(value: unknown, secrets: readonly string[]): value is string {
  return typeof value === "string" && !JWT.test(value) && !holdsSecret(value, secrets);
}
