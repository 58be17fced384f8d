import {
  createAccessToken,
  type GetTokenOptions,
  TokenError,
  type TokenRequest,
  type TokenSource,
} from "@agent-oauth/core";

/** A source that makes "subject-1", "subject-2", … and counts; what it is asked is in `asked`. */
export function scriptedTokens(extra: object = {}) {
  const asked: { request: TokenRequest; options: GetTokenOptions }[] = [];
  const counts = new Map<string, number>();
  const source: TokenSource = {
    identity: "scripted",
    async getToken(request = {}, options = {}) {
      asked.push({ request, options });
      const subject = request.subjectToken ?? "system";
      if (subject === "refused") {
        throw new TokenError("ERR_TOKEN_OAUTH", "Cannot get a token: refused", {
          status: 400,
          oauthError: "invalid_grant",
        });
      }
      const count = (counts.get(subject) ?? 0) + 1;
      counts.set(subject, count);
      return createAccessToken({ token: `${subject}-${count}`, ...extra });
    },
  };
  return { source, asked };
}
