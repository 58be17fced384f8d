import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { digest } from "../token/digest.ts";
import {
  bareToken,
  nameField,
  refuseMissingSubject,
  requireRequest,
} from "../token/token-request.ts";
import type { TokenRequest } from "../token/token-source.ts";
import { framed, type RequestShapes } from "./request-shape.ts";

/**
 * Identifies the token for a request. The key leaves out the source's identity: a cache holds the tokens of one identity only,
 * and drops them when the identity changes.
 */
export interface CacheKey {
  /** The subject: the subject token's full SHA-256, else the principal's name; `undefined` for a system token. */
  readonly subject: string | undefined;
  /** The caller's name for the subject. A key can hold it together with the token's digest. */
  readonly principal: string | undefined;
  /** The target, in the text form of {@link RequestShapes}. */
  readonly shape: string;
}

/** Names a user for `evict`. */
export type CacheUser = { readonly principal: string } | { readonly subjectToken: string };

const NOTHING: TokenRequest = {};

/**
 * Computes the cache key of a request.
 *
 * @throws TypeError if the value is not a request, or if a field is unknown, blank or of a wrong type. The message names it.
 */
export function cacheKey(request: TokenRequest | undefined, shapes: RequestShapes): CacheKey {
  const given = request === undefined ? NOTHING : requireRequest(request);
  const { subjectToken, principal } = given;
  refuseMissingSubject(given, subjectToken);
  if (principal !== undefined) nameField(principal, "principal");
  return { subject: subjectOf(subjectToken, principal), principal, shape: shapes.textOf(given) };
}

/** Writes a key as one string. */
export function keyText({ subject, principal, shape }: CacheKey): string {
  return (
    [subject, principal].map((part) => (part === undefined ? "-" : framed(part))).join("") + shape
  );
}

const USER_NAMES: OptionNames<CacheUser> = { principal: true, subjectToken: true };

/**
 * Checks the user that a caller names, and replaces a subject token by its digest.
 *
 * @throws TypeError unless exactly one of the two fields is given and is not blank.
 */
export function checkedUser(
  user: CacheUser,
): { readonly subject: string } | { readonly principal: string } {
  const doing = "evict a user";
  checkOptions(user, {
    doing,
    names: USER_NAMES,
    what: "the user",
    member: "field",
    required: true,
  });
  const { principal, subjectToken }: { principal?: string; subjectToken?: string } = user;
  if ((principal === undefined) === (subjectToken === undefined)) {
    throw new TypeError(`Cannot ${doing}: give either "principal" or "subjectToken"`);
  }
  if (subjectToken !== undefined) return { subject: digest(bareToken(subjectToken)) };
  return { principal: nameField(principal, "principal") };
}

function subjectOf(subjectToken: string | undefined, principal: string | undefined) {
  if (subjectToken !== undefined) return digest(bareToken(subjectToken));
  // This text is longer than any digest, so a principal's name cannot equal a digest.
  return principal === undefined ? undefined : `principal without a subject token: ${principal}`;
}
