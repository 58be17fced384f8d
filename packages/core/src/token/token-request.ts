import { unknownName } from "../options/known-members.ts";
import { isPlainObject, kindOf } from "../options/plain-object.ts";
import { withoutBearer } from "./bearer-scheme.ts";
import type { TokenRequest } from "./token-source.ts";

/** The members of a {@link TokenRequest}, as a source declares which of them it can honour. */
export type TokenRequestField = keyof TokenRequest;

const FIELDS = ["subjectToken", "principal", "audience", "resource", "scope", "tenant"] as const;

/**
 * Checks a request and brings it into the one form sources work with: a copy without a leading "Bearer " and without
 * empty lists. Each member is read once.
 *
 * @param supports the fields the calling source can put on the wire; default all. Others are refused, not ignored.
 * @throws TypeError naming what came in place of a request, or the field that is blank, of a wrong type, unknown or not
 * honoured.
 */
export function normalizeTokenRequest(
  request: TokenRequest | undefined,
  { supports }: { supports?: readonly TokenRequestField[] } = {},
): TokenRequest {
  const normal: { -readonly [F in TokenRequestField]?: TokenRequest[F] } = {};
  if (request === undefined) return normal;
  const { subjectToken, principal, audience, resource, scope, tenant } = requireRequest(request);
  if (subjectToken !== undefined) normal.subjectToken = bareToken(subjectToken);
  if (principal !== undefined) normal.principal = nameField(principal, "principal");
  if (tenant !== undefined) normal.tenant = nameField(tenant, "tenant");
  const lists = { audience, resource, scope };
  for (const field of ["audience", "resource", "scope"] as const) {
    const list = lists[field];
    const copy = list === undefined ? [] : stringList(list, field);
    if (copy.length > 0) normal[field] = copy;
  }
  if (supports !== undefined) refuseOthers(normal, supports);
  return normal;
}

/**
 * Returns what is a request by its form: a plain object with known fields. What passes for one without being one, such as a
 * token by itself, a promise or a misspelt field, would be a request for somebody else. This is asked on each cache hit.
 *
 * @throws TypeError that says what came, or names the unknown field and the nearest known one.
 */
export function requireRequest(request: unknown): TokenRequest {
  if (!isPlainObject(request)) {
    throw new TypeError(
      `Cannot request a token: the request must be an object such as { subjectToken }, not ${kindOf(request)}`,
    );
  }
  let fields = 0;
  for (const field in request) {
    // A switch costs a third of a look-up.
    switch (field) {
      case "subjectToken":
      case "principal":
      case "audience":
      case "resource":
      case "scope":
      case "tenant":
        fields++;
        break;
      default:
        refuseUnknown(field);
    }
  }
  // Only a request that is really empty is one without a user: hidden members, and those named by symbols, count too.
  if (fields === 0) for (const hidden of Reflect.ownKeys(request)) refuseUnknown(String(hidden));
  return request;
}

/** A user token is what people take for the subject token's name most often, and it resembles no field. */
const SYNONYMS: Readonly<Record<string, TokenRequestField>> = {
  usertoken: "subjectToken",
  user: "principal",
  scopes: "scope",
};

function refuseUnknown(field: string): never {
  const synonym = SYNONYMS[field.toLowerCase().replace(/[-_]/g, "")];
  const reason =
    synonym === undefined
      ? unknownName(field, { known: FIELDS, member: "field" })
      : `there is no field ${JSON.stringify(field)}; did you mean ${JSON.stringify(synonym)}?`;
  throw new TypeError(`Cannot request a token: ${reason}`);
}

/**
 * Drops a leading "Bearer " of a subject token.
 *
 * @throws TypeError if nothing is left, or it is no string.
 */
export function bareToken(subjectToken: string): string {
  if (typeof subjectToken === "string") {
    // A token that begins with a visible character other than "B" and "b" is looked at no further.
    const first = subjectToken.charCodeAt(0);
    if (first > 32 && first < 127 && first !== 66 && first !== 98) return subjectToken;
  }
  return nameField(withoutBearer(nameField(subjectToken, "subjectToken")), "subjectToken");
}

/**
 * Returns a name that is a string and not blank.
 *
 * @throws TypeError naming the field.
 */
export function nameField(value: unknown, field: TokenRequestField): string {
  if (typeof value !== "string") {
    throw new TypeError(
      `Cannot request a token: "${field}" must be a string, not ${kindOf(value)}`,
    );
  }
  if (value.trim() === "") throw new TypeError(`Cannot request a token: "${field}" is blank`);
  return value;
}

/**
 * Returns a copy of a list of names that are strings and not blank.
 *
 * @throws TypeError naming the field.
 */
export function stringList(value: unknown, field: TokenRequestField): readonly string[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`Cannot request a token: "${field}" must be a list of strings`);
  }
  const names: string[] = [];
  // By position, as the cache compares lists: an iterator could say something else.
  for (let i = 0; i < value.length; i++) names.push(nameField(value[i], field));
  return names;
}

function refuseOthers(request: TokenRequest, supports: readonly TokenRequestField[]): void {
  for (const field of Object.keys(request) as TokenRequestField[]) {
    if (!supports.includes(field)) {
      throw new TypeError(`Cannot request a token: this source does not support "${field}"`);
    }
  }
}
