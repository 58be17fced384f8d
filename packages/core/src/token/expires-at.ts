import { emit } from "../events/emit.ts";
import type { LifetimeSkippedEvent } from "../events/token-event.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { kindOf } from "../options/plain-object.ts";
import type { Clock } from "../time/clock.ts";
import { isEpochSeconds, jwtExp } from "./jwt-claims.ts";

/** The claims of a token response that say when the token expires. */
export interface LifetimeClaims {
  /** Epoch seconds as a number or a decimal string, or an ISO 8601 instant. */
  readonly expires_at?: unknown;
  /** Seconds since the request was sent, as a number or a decimal string (RFC 6749 §5.1). */
  readonly expires_in?: unknown;
  /** The access token. If it is a JWT, its `exp` is read. */
  readonly access_token?: string | undefined;
  /** The id token. If it is a JWT and nothing else says when the access token expires, its `exp` is read. */
  readonly id_token?: string | undefined;
}

/** Options of {@link resolveExpiresAt}. */
export interface ResolveExpiresAtOptions {
  /** When the request was sent, in epoch milliseconds: `expires_in` counts from here. Read the clock before you send the request. */
  readonly sentAt: ReturnType<Clock["now"]>;
  /** Called with each claim that is present but unusable. Its errors are ignored. */
  readonly onSkipped?: (field: LifetimeSkippedEvent["field"]) => void;
}

const DOING = "tell when a token ends";
const NAMES: OptionNames<ResolveExpiresAtOptions> = { sentAt: true, onSkipped: true };

/**
 * Returns when a token expires, in epoch milliseconds: the earliest usable one of `expires_at`, `expires_in` and the access
 * token's own `exp`. If none of them is usable, it returns the `exp` of the id token, or `undefined`. NaN, infinite and
 * negative numbers, an `expires_in` of zero or of 1e9 and more, and instants in milliseconds are unusable; an instant in the past is usable. An
 * unverified claim can therefore only shorten the lifetime that the response states.
 *
 * @throws TypeError naming the option that is missing, unknown or of a wrong type.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749 §5.1}
 */
export function resolveExpiresAt(
  claims: LifetimeClaims,
  options: ResolveExpiresAtOptions,
): number | undefined {
  if (typeof claims !== "object" || claims === null) {
    throw new TypeError(
      `Cannot ${DOING}: the claims must be an object such as { expires_in }, not ${kindOf(claims)}`,
    );
  }
  checkOptions(options, { doing: DOING, names: NAMES, required: true });
  const { sentAt, onSkipped } = options;
  if (!Number.isFinite(sentAt)) {
    throw new TypeError(`Cannot ${DOING}: "sentAt" must be epoch milliseconds`);
  }
  const read = (
    field: LifetimeSkippedEvent["field"],
    { value, by }: { value: unknown; by: (value: unknown) => number | undefined },
  ) => {
    if (value === undefined || value === null || value === "") return undefined;
    const expiresAt = by(value);
    if (expiresAt === undefined) emit(onSkipped, field);
    return expiresAt;
  };
  const exp = (token: string | undefined) => ({
    value: token && jwtExp(token),
    by: (value: unknown) => after(0, seconds(value)),
  });
  const stated = earliest(
    read("expires_at", { value: claims.expires_at, by: instant }),
    read("expires_in", { value: claims.expires_in, by: (value) => after(sentAt, lifetime(value)) }),
    read("exp", exp(claims.access_token)),
  );
  return stated ?? read("id_token.exp", exp(claims.id_token));
}

/** Returns the earliest known instant, or `undefined` if all instants are unknown. */
export function earliest(...instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function after(start: number, passed: number | undefined): number | undefined {
  return passed === undefined ? undefined : start + passed * 1000;
}

/** More than 31 years: an instant in place of a duration. */
const MAX_LIFETIME_SECONDS = 1e9;

/** A token with a lifetime of zero is useless, so a server that sends zero does not know the lifetime. */
function lifetime(value: unknown): number | undefined {
  const number = seconds(value) ?? 0;
  return number > 0 && number < MAX_LIFETIME_SECONDS ? number : undefined;
}

/** Accepts decimal numbers only: `Number("0x10")` and `Number(true)` are not lifetimes. */
function seconds(value: unknown): number | undefined {
  const number =
    typeof value === "string" && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : value;
  return typeof number === "number" && isEpochSeconds(number) ? number : undefined;
}

const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;

function instant(value: unknown): number | undefined {
  const iso = typeof value === "string" ? ISO_8601.exec(value.trim()) : null;
  if (iso === null) return after(0, seconds(value));
  const text = iso[1] === undefined ? `${iso[0]}Z` : iso[0]; // An instant without an offset is UTC.
  const at = Date.parse(text);
  return isEpochSeconds(at / 1000) ? at : undefined;
}
