/** @import { RecordedRequest, RecordedToken } from "./mock-data.ts" */

/** @typedef {"issued" | "bearer" | "userToken" | "subjectToken" | "actorToken" | "assertion"} TokenRole */

/** @type {Readonly<Record<TokenRole, string>>} */
export const ROLE_NAMES = {
  issued: "issued",
  bearer: "bearer",
  userToken: "user token",
  subjectToken: "subject token",
  actorToken: "actor token",
  assertion: "assertion",
};

/**
 * Lists the tokens of a request, the most important one first.
 *
 * @param {RecordedRequest} request
 * @returns {readonly { role: TokenRole, token: RecordedToken }[]}
 */
export function tokensOf(request) {
  const roles = /** @type {TokenRole[]} */ (Object.keys(ROLE_NAMES));
  return roles.flatMap((role) => {
    const token = request[role];
    return token === undefined ? [] : [{ role, token }];
  });
}

/**
 * Counts the requests with a token in their header.
 *
 * @param {readonly RecordedRequest[]} requests
 * @param {string} fingerprint
 */
export function countUses(requests, fingerprint) {
  return requests.filter(({ bearer, userToken }) =>
    [bearer, userToken].some((token) => token?.fingerprint === fingerprint),
  ).length;
}

/**
 * Finds the shown token of a request.
 *
 * @param {RecordedRequest | undefined} request
 * @param {TokenRole | undefined} role
 */
export function shownToken(request, role) {
  const tokens = request === undefined ? [] : tokensOf(request);
  return tokens.find((it) => it.role === role) ?? tokens[0];
}
