import { checkOptions, unknownName } from "../options/known-members.ts";
import { isPlainObject, kindOf } from "../options/plain-object.ts";
import { withoutBearer } from "./bearer-scheme.ts";
import type { TokenRequest } from "./token-source.ts";

/** The name of a member of {@link TokenRequest}. A source declares with these names which members it supports. */
export type TokenRequestField = keyof TokenRequest;

const FIELDS = ["subjectToken", "principal", "audience", "resource", "scope", "tenant"] as const;

/**
 * Checks a request and returns a normalized copy, without a leading "Bearer " and without empty lists. It reads each member
 * once.
 *
 * @param options `supports`: the fields that the calling source can send; default all. Other fields are refused, not ignored.
 * @throws TypeError if an option is unknown, if the value is not a request, or if a field is blank, of a wrong type, unknown or not supported. The
 * message names the field.
 */
export function normalizeTokenRequest(
  request: TokenRequest | undefined,
  options: { readonly supports?: readonly TokenRequestField[] } = {},
): TokenRequest {
  const supports = supportedFields(options);
  const normal: { -readonly [F in TokenRequestField]?: TokenRequest[F] } = {};
  if (request === undefined) return normal;
  const { subjectToken, principal, audience, resource, scope, tenant } = requireRequest(request);
  refuseMissingSubject(request, subjectToken);
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
 * Checks that a value has the form of a request: a plain object with known fields. Without this check, a plain token, a
 * promise or a misspelt field would become a request without a user. The cache calls this on each hit.
 *
 * @throws TypeError that says what the value is, or names the unknown field and the nearest known field.
 */
export function requireRequest(request: unknown): TokenRequest {
  if (!isPlainObject(request)) {
    throw new TypeError(
      `Cannot request a token: the request must be an object such as { subjectToken }, not ${kindOf(request)}`,
    );
  }
  let fields = 0;
  for (const field in request) {
    // A switch costs a third of a lookup in a set.
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
  // A request without a user must be truly empty, so hidden members and members named by symbols count too.
  if (fields === 0) for (const hidden of Reflect.ownKeys(request)) refuseUnknown(String(hidden));
  return request;
}

/** Names that people often write by mistake. "userToken" is the most frequent one, and no field name resembles it. */
const SYNONYMS: Readonly<Record<string, TokenRequestField>> = {
  usertoken: "subjectToken",
  user: "principal",
  scopes: "scope",
};

/**
 * Refuses a request whose subject token is there and undefined: a user who is missing must not become a request without a
 * user.
 *
 * @param subjectToken as it was read from the request.
 * @throws TypeError if the request has the field.
 */
export function refuseMissingSubject(
  request: TokenRequest,
  subjectToken: string | undefined,
): void {
  if (subjectToken !== undefined || !("subjectToken" in request)) return;
  throw new TypeError(
    'Cannot request a token: "subjectToken" is undefined; leave the field out if there is no user',
  );
}

function refuseUnknown(field: string): never {
  const synonym = SYNONYMS[field.toLowerCase().replace(/[-_]/g, "")];
  const reason =
    synonym === undefined
      ? unknownName(field, { known: FIELDS, member: "field" })
      : `there is no field ${JSON.stringify(field)}; did you mean ${JSON.stringify(synonym)}?`;
  throw new TypeError(`Cannot request a token: ${reason}`);
}

/**
 * Drops a leading "Bearer " from a subject token.
 *
 * @throws TypeError if nothing is left, or if the token is not a string.
 */
export function bareToken(subjectToken: string): string {
  if (typeof subjectToken === "string") {
    // A token that begins with a visible character other than "B" and "b" has no scheme: return it at once.
    const first = subjectToken.charCodeAt(0);
    if (first > 32 && first < 127 && first !== 66 && first !== 98) return subjectToken;
  }
  return nameField(withoutBearer(nameField(subjectToken, "subjectToken")), "subjectToken");
}

/**
 * Checks that a name is a string and not blank.
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
 * Copies a list of names and checks that each is a string and not blank.
 *
 * @throws TypeError naming the field.
 */
export function stringList(value: unknown, field: TokenRequestField): readonly string[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`Cannot request a token: "${field}" must be a list of strings`);
  }
  const names: string[] = [];
  // The cache compares lists by position too. An iterator could return other values.
  for (let i = 0; i < value.length; i++) names.push(nameField(value[i], field));
  return names;
}

function supportedFields(options: {
  readonly supports?: readonly TokenRequestField[];
}): readonly TokenRequestField[] | undefined {
  checkOptions(options, { doing: "request a token", names: { supports: true } });
  const { supports } = options;
  if (supports === undefined || Array.isArray(supports)) return supports;
  throw new TypeError(
    `Cannot request a token: "supports" must be a list of fields, not ${kindOf(supports)}`,
  );
}

function refuseOthers(request: TokenRequest, supports: readonly TokenRequestField[]): void {
  for (const field of Object.keys(request) as TokenRequestField[]) {
    if (!supports.includes(field)) {
      throw new TypeError(`Cannot request a token: this source does not support "${field}"`);
    }
  }
}
