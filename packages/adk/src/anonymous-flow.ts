import type { GatewayFlow } from "@agent-oauth/client";
import {
  type AccessToken,
  createAccessToken,
  TokenError,
  type TokenRequest,
  type TokenSource,
} from "@agent-oauth/core";

/**
 * Lets calls go out without a token when none can be had for the user. A server that answers such a call with 401 gets
 * none either: the call then fails with the reason why there is no token. A token that a server refused is never
 * replaced by no token.
 */
export function anonymousFlow(flow: GatewayFlow): GatewayFlow {
  const { userTokens } = flow;
  // Stands for no token between the source and the request, which is sent without it.
  const none = createAccessToken({ token: crypto.randomUUID() });
  const orNone = async (asked: Promise<AccessToken>) => {
    try {
      return await asked;
    } catch (error) {
      // A mistake in the options or an abort is no lack of a token, nor is a token that was refused just now.
      if (!TokenError.isInstance(error) || error.code === "ERR_TOKEN_REJECTED") throw error;
      return none;
    }
  };
  const tokens: TokenSource & { peek(request: TokenRequest): AccessToken } = {
    get identity() {
      return userTokens.identity;
    },
    getToken(request, options) {
      const { rejected, rejectedBy: _, ...rest } = options ?? {};
      if (rejected === undefined) return orNone(userTokens.getToken(request, options));
      return userTokens.getToken(request, rejected.token === none.token ? rest : options);
    },
    // What ends a session goes out without a token as well, if the cache holds none.
    peek: (request) => peeked(userTokens, request) ?? none,
  };
  return {
    ...flow,
    userTokens: tokens,
    fetch(input, init) {
      const headers = new Headers(init?.headers);
      if (headers.get("authorization") !== `Bearer ${none.token}`) return flow.fetch(input, init);
      headers.delete("authorization");
      return flow.fetch(input, { ...init, headers });
    },
  };
}

/** Looks into the cache behind the flow; a source that is none holds nothing. */
function peeked(source: TokenSource, request: TokenRequest): AccessToken | undefined {
  if (!("peek" in source) || typeof source.peek !== "function") return undefined;
  return source.peek(request) as AccessToken | undefined;
}
