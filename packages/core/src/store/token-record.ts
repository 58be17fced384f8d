/** Access tokens as text for a shared store. */

import { isPlainObject } from "../options/plain-object.ts";
import { type AccessToken, createAccessToken } from "../token/access-token.ts";

/** A token that came out of a store. */
export interface RecordedToken<T extends AccessToken> {
  readonly token: T;
  /** How long the token may be used, in milliseconds since its request was sent. */
  readonly lifetimeMs: number;
  /** Whether the token itself, or its server, stated that. */
  readonly isStated: boolean;
}

/** How long a token that is stored may be used. */
export interface RecordLifetime {
  /** Milliseconds since the request for the token was sent. */
  readonly lifetimeMs: number;
  /** Whether the token itself, or its server, stated that. */
  readonly isStated: boolean;
}

/** Raised when the text changes its meaning: a process reads only what it understands. */
const FORMAT = 1;

/**
 * Writes a token as JSON. No instant is in it, since the clocks of two machines differ.
 *
 * @returns `undefined` if a member of the token would not come back alike, such as a `Date` or a function.
 */
export function writeTokenRecord(
  token: AccessToken,
  { lifetimeMs, isStated }: RecordLifetime,
): string | undefined {
  const { expiresAt: _, fingerprint: __, ...members } = token;
  if (!isJson(members)) return undefined;
  // The token itself is not enumerable, so that it is never shown by accident.
  return JSON.stringify({ format: FORMAT, lifetimeMs, isStated, ...members, token: token.token });
}

/**
 * Reads a token that {@link writeTokenRecord} wrote.
 *
 * @param sentAtMs when its request was sent, in epoch milliseconds by the clock of this process.
 * @returns `undefined` for any other text, and for a format of another version.
 */
export function readTokenRecord<T extends AccessToken>(
  text: string,
  sentAtMs: number,
): RecordedToken<T> | undefined {
  try {
    const { format, lifetimeMs, isStated, ...members } = JSON.parse(text);
    if (format !== FORMAT || typeof lifetimeMs !== "number") return undefined;
    const token = createAccessToken({ ...members, expiresAt: sentAtMs + lifetimeMs });
    return { token: token as AccessToken as T, lifetimeMs, isStated: isStated === true };
  } catch {
    return undefined;
  }
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (Array.isArray(value)) return value.every(isJson);
  return isPlainObject(value) && Object.values(value).every(isJson);
}
