import { TokenError } from "@agent-oauth/core";
import { fitsHeader, listedReasons, withoutBearer } from "@agent-oauth/core/internal";
import { z } from "zod";
import { quoted } from "../destination-service/error-message.ts";

/** A token that the Destination Service retrieved. */
export interface AuthToken {
  readonly token: string;
  /** Seconds from the response on, as the service writes it, unchecked. */
  readonly expires_in: unknown;
}

/** What the error says if none of the items is usable. */
export interface AuthTokenContext {
  /** Completes "Cannot …". */
  readonly doing: string;
  readonly secrets: readonly string[];
}

// An item that failed has these members too, but empty.
const text = z.string().nullish().catch(undefined);
const item = z.object({
  type: text,
  value: text,
  error: text,
  expires_in: z.unknown().optional(),
  http_header: z.object({ key: text, value: text }).nullish().catch(undefined),
});

/** A destination has one token service, seldom two: items beyond this number are not read. */
const MAX_ITEMS = 64;

/**
 * Picks the first usable token of a response's `authTokens`.
 *
 * @throws TokenError `ERR_TOKEN_RESPONSE` with the errors of the items if none is usable, `ERR_TOKEN_TYPE_UNSUPPORTED` if
 * all are of other kinds than bearer tokens.
 */
export function pickAuthToken(items: unknown, { doing, secrets }: AuthTokenContext): AuthToken {
  const parsed = (Array.isArray(items) ? items.slice(0, MAX_ITEMS) : []).flatMap(
    (value: unknown) => {
      const { data } = item.safeParse(value);
      return data === undefined ? [] : [data];
    },
  );
  const usable = parsed.map(usableToken).find((found) => found !== undefined);
  if (usable !== undefined) return usable;
  const errors = parsed.flatMap(({ error }) =>
    error ? [`it failed${quoted(error, secrets)}`] : [],
  );
  if (parsed.length > 0 && errors.length === 0 && parsed.every(isOfOtherKind)) {
    throw new TokenError(
      "ERR_TOKEN_TYPE_UNSUPPORTED",
      `Cannot ${doing}: the Destination Service retrieved a token that is not a bearer token; check the destination's authentication`,
    );
  }
  const reason =
    errors.length === 0
      ? "its response has none; check the destination's authentication"
      : listedReasons(errors);
  throw new TokenError(
    "ERR_TOKEN_RESPONSE",
    `Cannot ${doing}: the Destination Service retrieved no token: ${reason}`,
  );
}

type Item = z.output<typeof item>;

function usableToken(item: Item): AuthToken | undefined {
  if (item.error || isOfOtherKind(item)) return undefined;
  const token = withoutBearer(item.http_header?.value || (item.value ?? ""));
  return fitsHeader(token) ? { token, expires_in: item.expires_in } : undefined;
}

function isOfOtherKind({ type, http_header }: Item): boolean {
  if (type && type.toLowerCase() !== "bearer") return true;
  if (!http_header?.value) return false;
  const { key, value } = http_header;
  return (key ?? "authorization").toLowerCase() !== "authorization" || !/^\s*bearer\b/i.test(value);
}
