import type { AccessToken, GetTokenOptions, TokenRequest, TokenSource } from "@agent-oauth/core";

/** The tokens for one request. */
export interface RequestTokens {
  /** A copy: the lists of the original may be changed later. */
  readonly request: TokenRequest;
  getToken(options: GetTokenOptions): Promise<AccessToken>;
}

/** Binds a source to a request. A cache then works out its key, which takes a hash of the user's token, only once. */
export function requestTokens(source: TokenSource, asked: TokenRequest): RequestTokens {
  const request = copied(asked);
  if (!canBind(source)) {
    return { request, getToken: (options) => source.getToken(request, options) };
  }
  const bound = source.bind(request);
  return { request, getToken: (options) => bound.getToken(options) };
}

/** Tells whether two requests ask for the same token, field by field: a list in another order is another list. */
export function isSameRequest(one: TokenRequest, other: TokenRequest): boolean {
  return (
    one.subjectToken === other.subjectToken &&
    one.principal === other.principal &&
    one.tenant === other.tenant &&
    isSameList(one.audience, other.audience) &&
    isSameList(one.resource, other.resource) &&
    isSameList(one.scope, other.scope)
  );
}

interface Bindable {
  bind(request: TokenRequest): { getToken(options: GetTokenOptions): Promise<AccessToken> };
}

function canBind(source: TokenSource): source is TokenSource & Bindable {
  return "bind" in source && typeof source.bind === "function";
}

function copied(request: TokenRequest): TokenRequest {
  const { audience, resource, scope } = request;
  return {
    ...request,
    ...(Array.isArray(audience) && { audience: [...audience] }),
    ...(Array.isArray(resource) && { resource: [...resource] }),
    ...(Array.isArray(scope) && { scope: [...scope] }),
  };
}

function isSameList(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): boolean {
  if (one === other && one === undefined) return true;
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  return one.every((item, index) => item === other[index]);
}
