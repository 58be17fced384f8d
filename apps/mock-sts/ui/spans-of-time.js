const UNITS = /** @type {const} */ ([
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
]);

/**
 * Writes a span of time by its two largest units, such as `59 min 12 s`.
 *
 * @param {number} ms
 */
export function spanText(ms) {
  const whole = Math.floor(Math.abs(ms) / 1_000) * 1_000;
  const first = UNITS.findIndex(([, size]) => whole >= size);
  if (first < 0) return "0 s";
  let rest = whole;
  const parts = UNITS.slice(first, first + 2).map(([name, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? "" : `${count} ${name}`;
  });
  return parts.filter(Boolean).join(" ");
}

/**
 * Reads a span of time, such as `90s`, `5 min` or `-2h`; a number alone means seconds.
 *
 * @param {string} text
 * @returns {number | undefined}
 */
export function parseSpan(text) {
  const [, count, unit = "s"] = /^\s*(-?\d+(?:\.\d+)?)\s*(s|m|min|h|d)?\s*$/.exec(text) ?? [];
  if (count === undefined) return undefined;
  const size = UNITS.find(([name]) => name === (unit === "m" ? "min" : unit))?.[1];
  return size === undefined ? undefined : Math.round(Number(count) * size);
}

/**
 * Writes how long a request took.
 *
 * @param {number | undefined} ms
 */
export function durationText(ms) {
  if (ms === undefined) return "";
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
