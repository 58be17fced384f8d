import { TokenError } from "@agent-oauth/core";

/** Says that there is nobody on whose behalf. */
export function subjectRequired(doing: string): TokenError {
  return new TokenError("ERR_TOKEN_SUBJECT_REQUIRED", `Cannot ${doing}: "subjectToken" is missing`);
}
