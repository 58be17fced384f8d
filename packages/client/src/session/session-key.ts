import type { TokenRequest } from "@agent-oauth/core";
import type { McpServerRef } from "@agent-oauth/core/gateway";
import { digest } from "@agent-oauth/core/internal";

/** Whose session it is: two keys are the same only if both members are. */
export interface SessionKey {
  /** The server, the tenant and the principal; without a principal the end of the user's token, which tells most users apart. */
  readonly name: string;
  /** The user's token, if no principal stands for the user. */
  readonly subjectToken: string | undefined;
}

/** As long as the digest that it stands for. The end of a JWT is its signature. */
const TAIL_CHARACTERS = 32;

/**
 * Returns the key of the session for a server, a tenant and a user.
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

/** Returns a text that stands for a key and holds no token. */
export function keyDigest({ name, subjectToken }: SessionKey): string {
  return digest(part("k", name) + part("t", subjectToken));
}

/** Each part has its length before it: a bare join could let two users share a session. */
function part(kind: string, text: string | undefined): string {
  return text === undefined ? "-" : `${kind}${text.length}:${text}`;
}
