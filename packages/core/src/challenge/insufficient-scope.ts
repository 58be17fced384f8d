import {
  type BearerChallenge,
  type ChallengedResponse,
  parseChallenge,
} from "./parse-challenge.ts";

/** A challenge that says that the token's scope was insufficient. */
export interface InsufficientScope extends BearerChallenge {
  /** The requested scope and the challenged scope together. Request this scope for the next token. */
  readonly stepUpScope: readonly string[];
}

/**
 * Reads which scope the server requires.
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
