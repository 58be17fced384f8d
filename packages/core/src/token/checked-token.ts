import { TokenError } from "../errors/token-error.ts";
import { kindOf } from "../options/plain-object.ts";
import {
  type AccessToken,
  type AccessTokenInit,
  isIssuedToken,
  issuedToken,
  tokenViolation,
} from "./access-token.ts";
import { foundInsteadOfBearer, foundInsteadOfToken } from "./token-structure.ts";

/**
 * Checks the token that any token source returned. A token made by `createAccessToken` is returned unchanged. Any other
 * token is copied with `createAccessToken`: the copy does not show its secret and cannot be changed. A scope that is a
 * string becomes a list; an unusable scope is left out.
 *
 * @throws TokenError `ERR_TOKEN_RESPONSE` if the value is not an access token. The message says what it is.
 */
export function checkedToken<T extends AccessToken>(response: T): T {
  if (typeof response !== "object" || response === null) throw unusable(kindOf(response));
  if (isIssuedToken(response)) return response;
  const { token, expiresAt, scope, ...rest } = response as Readonly<Record<string, unknown>>;
  const init = { ...rest, token: response.token ?? token, expiresAt: expiresAt ?? undefined };
  const violation = tokenViolation(init);
  if (violation !== undefined) throw unusable(`${kindOf(response)} whose ${violation}`);
  const isSent = response.tokenType !== "N_A";
  const found = (isSent ? foundInsteadOfBearer : foundInsteadOfToken)(init.token as string);
  if (found !== undefined) throw unusable(`${kindOf(response)} whose "token" is ${found}`);
  const list = scopeList(scope);
  return issuedToken({ ...init, ...(list && { scope: list }) } as AccessTokenInit) as T;
}

function scopeList(scope: unknown): readonly string[] | undefined {
  if (typeof scope === "string") return scope.split(" ").filter((part) => part !== "");
  const isList = Array.isArray(scope) && scope.every((part) => typeof part === "string");
  return isList ? scope : undefined;
}

function unusable(what: string): TokenError {
  return new TokenError(
    "ERR_TOKEN_RESPONSE",
    `Cannot use what the token source yielded: it must be an access token ({ token, expiresAt, … }), not ${what}`,
  );
}
