import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { digest } from "../token/digest.ts";
import { bareToken, nameField, requireRequest } from "../token/token-request.ts";
import type { TokenRequest } from "../token/token-source.ts";
import { framed, type RequestShapes } from "./request-shape.ts";

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
 * @throws TypeError naming what came in place of a request, or the field that is unknown, blank or of a wrong type.
 */
export function cacheKey(request: TokenRequest | undefined, shapes: RequestShapes): CacheKey {
  const given = request === undefined ? NOTHING : requireRequest(request);
  const { subjectToken, principal } = given;
  if (principal !== undefined) nameField(principal, "principal");
  return { subject: subjectOf(subjectToken, principal), principal, shape: shapes.textOf(given) };
}

/** Writes a key as one text. */
export function keyText({ subject, principal, shape }: CacheKey): string {
  return (
    [subject, principal].map((part) => (part === undefined ? "-" : framed(part))).join("") + shape
  );
}

const USER_NAMES: OptionNames<CacheUser> = { principal: true, subjectToken: true };

/**
 * Returns the user that a caller names: by digest, or by principal.
 *
 * @throws TypeError unless exactly one of the two names is given, and is not blank.
 */
export function checkedUser(
  user: CacheUser,
): { readonly subject: string } | { readonly principal: string } {
  const doing = "evict a user";
  checkOptions(user ?? null, { doing, names: USER_NAMES, what: "the user", member: "field" });
  const { principal, subjectToken }: { principal?: string; subjectToken?: string } = user;
  if ((principal === undefined) === (subjectToken === undefined)) {
    throw new TypeError(`Cannot ${doing}: give either "principal" or "subjectToken"`);
  }
  if (subjectToken !== undefined) return { subject: digest(bareToken(subjectToken)) };
  return { principal: nameField(principal, "principal") };
}

function subjectOf(subjectToken: string | undefined, principal: string | undefined) {
  if (subjectToken !== undefined) return digest(bareToken(subjectToken));
  // Longer than any digest, so that no name can pass for one.
  return principal === undefined ? undefined : `principal without a subject token: ${principal}`;
}
