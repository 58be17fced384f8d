import { TokenError } from "@agent-oauth/core";
import {
  type DeadlineOptions,
  MAX_TIMER_MS,
  numberOption,
  withinDeadline,
} from "@agent-oauth/core/internal";
import type { ClientSettings } from "./client-options.ts";

/** How much longer a tool call may last than the tool may be silent. */
const TOTAL_PER_SILENCE = 10;

/** The limits of one tool call, in milliseconds. */
export interface ToolTimeouts {
  /** How long the tool may be silent. */
  readonly timeout: number;
  /** How long the call may take in all. */
  readonly total: number;
}

/**
 * Returns the limit of one call: its own, else `byDefault`. Milliseconds.
 *
 * @throws TypeError | RangeError naming "timeoutMs".
 */
export function callTimeout(
  timeoutMs: number | undefined,
  { byDefault, doing }: { readonly byDefault: number; readonly doing: string },
): number {
  return milliseconds(timeoutMs ?? byDefault, { option: "timeoutMs", doing });
}

/**
 * Returns the limits of one tool call: the call's own, else the client's.
 *
 * @throws TypeError | RangeError naming "timeoutMs" or "maxTotalTimeoutMs".
 */
export function toolTimeouts(
  given: { readonly timeoutMs?: number; readonly maxTotalTimeoutMs?: number },
  settings: Pick<ClientSettings, "toolTimeoutMs" | "maxTotalTimeoutMs">,
): ToolTimeouts {
  const doing = "call a tool";
  const timeout = callTimeout(given.timeoutMs, { byDefault: settings.toolTimeoutMs, doing });
  const byDefault = Math.min(timeout * TOTAL_PER_SILENCE, MAX_TIMER_MS);
  const total = given.maxTotalTimeoutMs ?? settings.maxTotalTimeoutMs ?? byDefault;
  return { timeout, total: milliseconds(total, { option: "maxTotalTimeoutMs", doing }) };
}

/** Makes the error of a call whose server did not respond in time. */
export function noResponse(doing: string, timeoutMs: number): TokenError {
  return new TokenError(
    "ERR_TOKEN_TIMEOUT",
    `Cannot ${doing}: there was no response within ${timeoutMs} ms`,
  );
}

/** Makes the error of a tool call that took too long in all. */
export function tookTooLong(doing: string, total: number): TokenError {
  return new TokenError(
    "ERR_TOKEN_TIMEOUT",
    `Cannot ${doing}: it did not end within ${total} ms ("maxTotalTimeoutMs")`,
  );
}

/** The work of {@link startedInTime}. */
export interface Starting {
  readonly signal: AbortSignal;
  /** Tells that the work is under way. */
  readonly started: () => void;
}

/**
 * Does work within its deadline. If `timeoutMs` is given, the work must also have started by then: the MCP SDK counts the time of
 * a request, not the time until there is a user, a token and a session for it.
 */
export function startedInTime<R>(
  deadline: DeadlineOptions,
  { timeoutMs, doing }: { readonly timeoutMs: number | undefined; readonly doing: string },
  work: (starting: Starting) => Promise<R>,
): Promise<R> {
  if (timeoutMs === undefined) {
    return withinDeadline(deadline, ({ signal }) => work({ signal, started: () => {} }));
  }
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(noResponse(doing, timeoutMs)), timeoutMs);
  const started = () => clearTimeout(timer);
  const signals = [...(deadline.signals ?? []), late.signal];
  return withinDeadline({ ...deadline, signals }, ({ signal }) =>
    work({ signal, started }),
  ).finally(started);
}

function milliseconds(value: unknown, context: { option: string; doing: string }): number {
  return numberOption(value, { ...context, min: 1, max: MAX_TIMER_MS, whole: true });
}
