/** Compares the audience of a JWT with the one that was asked for. */
import { jwtAudience } from "./jwt-claims.ts";

/** How the audience of a token differs from the one asked for. */
export interface AudienceMismatch {
  /** What was asked for and is not in the token. */
  readonly missing: readonly string[];
  /** What the token names: at most 16 audiences, each cut at 200 characters. */
  readonly aud: readonly string[];
}

const MAX_AUDIENCES = 16;
const MAX_LENGTH = 200;

/**
 * Tells what of the targets a JWT does not name in `aud`, by exact comparison. Nothing is verified.
 *
 * @returns `undefined` if it names them all, or is not a JWT.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 §2}
 */
export function audienceMismatch(
  token: string,
  targets: readonly string[],
): AudienceMismatch | undefined {
  const named = jwtAudience(token);
  if (named === undefined) return undefined;
  const missing = targets.filter((target) => !named.includes(target));
  if (missing.length === 0) return undefined;
  const aud = named.slice(0, MAX_AUDIENCES).map((name) => name.slice(0, MAX_LENGTH));
  return { missing, aud };
}
