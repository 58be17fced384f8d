import type { TokenSource } from "@agent-oauth/core";

/**
 * Makes a source of tokens of another party's authorization server for users of an identity provider: their tokens are
 * exchanged for an assertion of who they are, and that is presented to the other one.
 *
 * @param identityProvider issues assertions (`id-jag`) for the authorization server
 * @param authorizationServer takes them as subject tokens
 */
export function crossAppSource(
  identityProvider: TokenSource,
  authorizationServer: TokenSource,
): TokenSource {
  return {
    get identity() {
      return JSON.stringify([identityProvider.identity, authorizationServer.identity]);
    },
    async getToken(request, options) {
      const { token: subjectToken } = await identityProvider.getToken(request, options);
      return authorizationServer.getToken({ ...request, subjectToken }, options);
    },
  };
}
