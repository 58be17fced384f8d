import {
  type BearerChallenge,
  type ChallengedResponse,
  parseChallenge,
} from "./parse-challenge.ts";

/** A server's word that the token's scope was not enough. */
export interface InsufficientScope extends BearerChallenge {
  /** The scope that was requested and the challenged one together: what a token that is enough is asked for. */
  readonly stepUpScope: readonly string[];
}

/**
 * Reads what scope a server misses.
 *
 * @returns `undefined` if the response does not say `insufficient_scope`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 RFC 6750 §3.1}
 */
export function insufficientScope(
  response: ChallengedResponse,
  requested: readonly string[] = [],
): InsufficientScope | undefined {
  const challenge = parseChallenge(response);
  if (challenge?.error !== "insufficient_scope") return undefined;
  return { ...challenge, stepUpScope: [...new Set([...requested, ...challenge.scope])] };
}
