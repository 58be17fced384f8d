import type { GetTokenOptions } from "@agent-oauth/core";
import { checkOptions, type OptionNames } from "@agent-oauth/core/internal";

const NAMES: OptionNames<GetTokenOptions> = {
  signal: true,
  minValidityMs: true,
  rejected: true,
  rejectedBy: true,
  subjectExpiresAt: true,
};

/**
 * Refuses options of `getToken` that are none, or misspelt.
 *
 * @throws TypeError naming what came.
 */
export function checkGetTokenOptions(options: GetTokenOptions | undefined): void {
  checkOptions(options, { doing: "request a token", names: NAMES });
}
