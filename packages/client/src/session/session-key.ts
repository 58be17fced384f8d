import type { TokenRequest } from "@agent-oauth/core";
import type { McpServerRef } from "@agent-oauth/core/gateway";
import type { SessionKey } from "@agent-oauth/core/internal";

/** As long as the digest that it stands for. The end of a JWT is its signature. */
const TAIL_CHARACTERS = 32;

/**
 * Returns the key of the session for a server, a tenant and a user. Its name holds the principal, or without one the end of the
 * user's token, which tells most users apart.
 *
 * The user's token is compared as it is: a session knows the token of its last call in any case, and to hash a token of
 * usual length, also as the key of a Map, takes longer than everything else that finds a session.
 */
export function sessionKey(
  { url }: Pick<McpServerRef, "url">,
  { subjectToken, principal, tenant }: TokenRequest,
): SessionKey {
  const place = part("u", url) + part("n", tenant);
  return principal === undefined
    ? { name: place + part("t", subjectToken?.slice(-TAIL_CHARACTERS)), subjectToken }
    : { name: place + part("p", principal), subjectToken: undefined };
}

/** Each part has its length before it: a bare join could let two users share a session. */
function part(kind: string, text: string | undefined): string {
  return text === undefined ? "-" : `${kind}${text.length}:${text}`;
}
