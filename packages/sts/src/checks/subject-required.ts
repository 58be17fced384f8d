import { TokenError } from "@agent-oauth/core";

/** Makes the error of a request without a subject token. */
export function subjectRequired(doing: string): TokenError {
  return new TokenError("ERR_TOKEN_SUBJECT_REQUIRED", `Cannot ${doing}: "subjectToken" is missing`);
}
