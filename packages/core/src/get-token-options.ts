import type { OptionNames } from "./known-members.ts";
import type { GetTokenOptions } from "./token-source.ts";

/** The names of the options that a call for a token takes. */
export const GET_TOKEN_OPTIONS: OptionNames<GetTokenOptions> = {
  signal: true,
  minValidityMs: true,
  rejected: true,
  rejectedBy: true,
  subjectExpiresAt: true,
};
