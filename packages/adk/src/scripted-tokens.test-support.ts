import {
  createAccessToken,
  TokenError,
  type TokenRequest,
  type TokenSource,
} from "@agent-oauth/core";

/** A token source that makes "alice@orders#1", "alice@orders#2", … and counts; without an audience "alice#1". */
export function scriptedTokens() {
  const asked: TokenRequest[] = [];
  const refused: string[] = [];
  const counts = new Map<string, number>();
  let failure: TokenError | undefined;
  const source: TokenSource = {
    identity: "scripted",
    async getToken(request = {}, { rejected } = {}) {
      asked.push(request);
      if (rejected !== undefined) refused.push(rejected.token);
      if (failure !== undefined) throw failure;
      const { subjectToken = "system", audience } = request;
      const name = audience === undefined ? subjectToken : `${subjectToken}@${audience.join("+")}`;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return createAccessToken({ token: `${name}#${count}` });
    },
  };
  return {
    source,
    asked,
    /** The tokens that it was told a server had refused. */
    refused,
    /** Has every request fail as a refused exchange does, until it is called with `false`. */
    fail(now = true) {
      failure = now
        ? new TokenError(
            "ERR_TOKEN_OAUTH",
            "Cannot exchange the token: the server answered invalid_target",
            {
              status: 400,
              oauthError: "invalid_target",
            },
          )
        : undefined;
    },
  };
}
