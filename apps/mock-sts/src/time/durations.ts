/** An hour in milliseconds. */
export const HOUR_MS = 3_600_000;

/** A day in milliseconds. */
export const DAY_MS = 86_400_000;

/** A year of 365 days in milliseconds. */
export const YEAR_MS = 31_536_000_000;
