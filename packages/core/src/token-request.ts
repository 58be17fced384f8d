import { kindOf } from "./plain-object.ts";
import type { TokenRequest } from "./token-source.ts";

/** The members of a {@link TokenRequest}, as a source declares which of them it can honour. */
export type TokenRequestField = keyof TokenRequest;

const NAMES = ["principal", "tenant"] as const;
const LISTS = ["audience", "resource", "scope"] as const;
const FIELDS: readonly string[] = ["subjectToken", ...NAMES, ...LISTS];

/**
 * Checks a request and brings it into the one form sources work with: no leading "Bearer ", no empty lists.
 *
 * @param honours the fields the calling source can put on the wire; default all. Others are refused, not ignored.
 * @throws TypeError naming the field that is blank, of a wrong type, unknown or not honoured.
 */
export function normalizeTokenRequest(
  request: TokenRequest | undefined,
  { honours }: { honours?: readonly TokenRequestField[] } = {},
): TokenRequest {
  const normal: { -readonly [F in TokenRequestField]?: TokenRequest[F] } = {};
  if (request === undefined) return normal;
  refuseUnknown(requireObject(request));
  if (request.subjectToken !== undefined) normal.subjectToken = bareToken(request.subjectToken);
  for (const field of NAMES) {
    const name = request[field];
    if (name !== undefined) normal[field] = nameField(name, field);
  }
  for (const field of LISTS) {
    const list = request[field];
    if (list !== undefined && stringList(list, field).length > 0) normal[field] = [...list];
  }
  if (honours !== undefined) refuseOthers(normal, honours);
  return normal;
}

/**
 * Returns a request that is an object: a token in its place would be a request without a user.
 *
 * @throws TypeError if it is anything else.
 */
export function requireObject(request: TokenRequest): TokenRequest {
  if (typeof request === "object" && request !== null) return request;
  throw new TypeError(
    `Cannot request a token: the request must be an object, not ${kindOf(request)}`,
  );
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
  return nameField(
    nameField(subjectToken, "subjectToken")
      .trim()
      .replace(/^bearer(?:\s+|$)/i, ""),
    "subjectToken",
  );
}

/**
 * Returns a name that is a string and not blank.
 *
 * @throws TypeError naming the field.
 */
export function nameField(value: unknown, field: TokenRequestField): string {
  if (typeof value !== "string") {
    throw new TypeError(`Cannot request a token: "${field}" must be a string, not ${typeof value}`);
  }
  if (value.trim() === "") throw new TypeError(`Cannot request a token: "${field}" is blank`);
  return value;
}

/**
 * Returns a list of names that are strings and not blank.
 *
 * @throws TypeError naming the field.
 */
export function stringList(value: unknown, field: TokenRequestField): readonly string[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`Cannot request a token: "${field}" must be a list of strings`);
  }
  for (const item of value) nameField(item, field);
  return value;
}

/** A misspelt field would be a request for somebody else. */
function refuseUnknown(request: object): void {
  for (const [field, value] of Object.entries(request)) {
    if (value === undefined || FIELDS.includes(field)) continue;
    throw new TypeError(
      `Cannot request a token: there is no field ${JSON.stringify(field)}; there are ${FIELDS.join(", ")}`,
    );
  }
}

function refuseOthers(request: TokenRequest, honours: readonly TokenRequestField[]): void {
  for (const field of Object.keys(request) as TokenRequestField[]) {
    if (!honours.includes(field)) {
      throw new TypeError(`Cannot request a token: this source cannot honour "${field}"`);
    }
  }
}
