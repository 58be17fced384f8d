import { digest } from "./digest.ts";
import { framed, type RequestShapes } from "./request-shape.ts";
import { bareToken, nameField } from "./token-request.ts";
import type { TokenRequest } from "./token-source.ts";

/**
 * Names the one token that answers a request. The source's identity is not in it: a cache holds tokens of one
 * identity only, and drops them when it changes.
 */
export interface CacheKey {
  /** Whose token it is: the subject token's full SHA-256, else the principal's name. `undefined`: nobody's, a system token. */
  readonly subject: string | undefined;
  /** The caller's name for the subject, beside its token's digest. */
  readonly principal: string | undefined;
  /** The target, as {@link RequestShapes} writes it. */
  readonly shape: string;
}

/** A user, as `evict` is told of one. */
export type CacheUser = { readonly principal: string } | { readonly subjectToken: string };

const NOTHING: TokenRequest = {};

/**
 * Works out the key of a request.
 *
 * @throws TypeError naming the field that is blank or of a wrong type.
 */
export function cacheKey(request: TokenRequest = NOTHING, shapes: RequestShapes): CacheKey {
  const { subjectToken, principal } = request;
  if (principal !== undefined) nameField(principal, "principal");
  return { subject: subjectOf(subjectToken, principal), principal, shape: shapes.textOf(request) };
}

/** Writes a key as one text. */
export function keyText({ subject, principal, shape }: CacheKey): string {
  return (
    [subject, principal].map((part) => (part === undefined ? "-" : framed(part))).join("") + shape
  );
}

/** Returns a test for the keys of one user. */
export function isKeyOf(user: CacheUser): (key: CacheKey) => boolean {
  if ("subjectToken" in user) {
    const subject = digest(bareToken(user.subjectToken));
    return (key) => key.subject === subject;
  }
  const principal = nameField(user.principal, "principal");
  return (key) => key.principal === principal;
}

function subjectOf(subjectToken: string | undefined, principal: string | undefined) {
  if (subjectToken !== undefined) return digest(bareToken(subjectToken));
  // Longer than any digest, so that no name can pass for one.
  return principal === undefined ? undefined : `principal without a subject token: ${principal}`;
}
