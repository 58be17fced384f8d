import { emit } from "../events/emit.ts";
import type { LifetimeSkippedEvent } from "../events/token-event.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import type { Clock } from "../time/clock.ts";
import { isEpochSeconds, jwtExp } from "./jwt-claims.ts";

/** What a token answer may say about the token's end, in the order in which it is believed. */
export interface LifetimeClaims {
  /** Epoch seconds as number or decimal string, or an ISO 8601 instant. */
  readonly expires_at?: unknown;
  /** Seconds from sending, as number or decimal string (RFC 6749 §5.1). */
  readonly expires_in?: unknown;
  /** Its `exp` is read if it is a JWT. */
  readonly access_token?: string | undefined;
  /** Its `exp` is read if it is a JWT. */
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
 * Returns when a token ends, in epoch milliseconds, by the first usable of `expires_at`, `expires_in`, `exp` of the
 * access token and `exp` of the id token; `undefined` if none is. NaN, infinite and negative numbers and
 * instants in milliseconds are unusable; zero and the past are usable.
 *
 * @throws TypeError naming the option that is missing, unknown or of a wrong type.
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
  const candidates: [
    LifetimeSkippedEvent["field"],
    unknown,
    (value: unknown) => number | undefined,
  ][] = [
    ["expires_at", claims.expires_at, instant],
    ["expires_in", claims.expires_in, (value) => after(sentAt, seconds(value))],
    [
      "exp",
      claims.access_token && jwtExp(claims.access_token),
      (value) => after(0, seconds(value)),
    ],
    [
      "id_token.exp",
      claims.id_token && jwtExp(claims.id_token),
      (value) => after(0, seconds(value)),
    ],
  ];
  for (const [field, value, read] of candidates) {
    if (value === undefined || value === null || value === "") continue;
    const expiresAt = read(value);
    if (expiresAt !== undefined) return expiresAt;
    emit(onSkipped, field);
  }
  return undefined;
}

function after(start: number, lifetime: number | undefined): number | undefined {
  return lifetime === undefined ? undefined : start + lifetime * 1000;
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
