import { emit } from "../events/emit.ts";
import type { LifetimeSkippedEvent } from "../events/token-event.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import type { Clock } from "../time/clock.ts";
import { isEpochSeconds, jwtExp } from "./jwt-claims.ts";

/** What a token response may say about the token's expiry. */
export interface LifetimeClaims {
  /** Epoch seconds as number or decimal string, or an ISO 8601 instant. */
  readonly expires_at?: unknown;
  /** Seconds from sending, as number or decimal string (RFC 6749 §5.1). */
  readonly expires_in?: unknown;
  /** Its `exp` is read if it is a JWT. */
  readonly access_token?: string | undefined;
  /** Its `exp` is read if it is a JWT and nothing else says when the access token expires. */
  readonly id_token?: string | undefined;
}

/** How {@link resolveExpiresAt} counts. */
export interface ResolveExpiresAtOptions {
  /** When the request was sent, in epoch milliseconds, read before it went out: what `expires_in` counts from. */
  readonly sentAt: ReturnType<Clock["now"]>;
  /** Told of each claim that is there but unusable. What it throws is ignored. */
  readonly onSkipped?: (field: LifetimeSkippedEvent["field"]) => void;
}

const NAMES: OptionNames<ResolveExpiresAtOptions> = { sentAt: true, onSkipped: true };

/**
 * Returns when a token expires, in epoch milliseconds: the earliest of `expires_at`, `expires_in` and the access token's own `exp`, of
 * those that are usable, else the `exp` of the id token; `undefined` if none is. NaN, infinite and negative numbers, an
 * `expires_in` of zero and instants in milliseconds are unusable; an instant in the past is usable. A claim that is not
 * verified can therefore only shorten what the response says.
 *
 * @throws TypeError naming the option that is missing, unknown or of a wrong type.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749 §5.1}
 */
export function resolveExpiresAt(
  claims: LifetimeClaims,
  options: ResolveExpiresAtOptions,
): number | undefined {
  checkOptions(options ?? null, { doing: "tell when a token ends", names: NAMES });
  const { sentAt, onSkipped } = options;
  if (!Number.isFinite(sentAt)) {
    throw new TypeError('Cannot tell when a token ends: "sentAt" must be epoch milliseconds');
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

/** Returns the earliest of the instants that are known, `undefined` if none is. */
export function earliest(...instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function after(start: number, passed: number | undefined): number | undefined {
  return passed === undefined ? undefined : start + passed * 1000;
}

/** A token that lasts no time is of no use to anybody, so servers that say so mean that they do not know. */
function lifetime(value: unknown): number | undefined {
  const number = seconds(value);
  return number === 0 ? undefined : number;
}

/** Decimal only: `Number("0x10")` and `Number(true)` are no lifetimes. */
function seconds(value: unknown): number | undefined {
  const number =
    typeof value === "string" && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : value;
  return typeof number === "number" && isEpochSeconds(number) ? number : undefined;
}

const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;

function instant(value: unknown): number | undefined {
  const iso = typeof value === "string" ? ISO_8601.exec(value.trim()) : null;
  if (iso === null) return after(0, seconds(value));
  const text = iso[1] === undefined ? `${iso[0]}Z` : iso[0]; // Without an offset it is UTC.
  const at = Date.parse(text);
  return isEpochSeconds(at / 1000) ? at : undefined;
}
