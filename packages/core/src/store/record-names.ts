/** The names under which a shared store holds tokens. They are digests: neither users nor servers can be read from them. */

import { type CacheKey, keyText } from "../key/cache-key.ts";
import { identityDigest } from "../token/digest.ts";

/** A user whose tokens are evicted: the subject of a cache key, or the name of a principal. */
export type EvictedUser = { readonly subject: string } | { readonly principal: string };

/** Raised when names change their meaning, so that processes of two versions share nothing. */
const FORMAT = 1;

/** Names the record of a key's token. The identity is part of it: a store holds the tokens of many sources. */
export function recordKey(identity: string, key: CacheKey): string {
  return `token:${identityDigest(FORMAT, identity, keyText(key))}`;
}

/** The mark that strikes every token of a source. */
export function sourceMark(identity: string): string {
  return `source:${identityDigest(FORMAT, identity)}`;
}

/** The mark that strikes every token of a user, of all sources. */
export function userMark(user: EvictedUser): string {
  return "subject" in user
    ? `subject:${identityDigest(FORMAT, user.subject)}`
    : `principal:${identityDigest(FORMAT, user.principal)}`;
}

/** The users of a key: its subject, and its principal if the caller named one. */
export function usersOf({ subject, principal }: CacheKey): readonly EvictedUser[] {
  return [
    ...(subject === undefined ? [] : [{ subject }]),
    ...(principal === undefined ? [] : [{ principal }]),
  ];
}
