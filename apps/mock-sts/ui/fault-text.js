/** @import { FaultSpec } from "./mock-data.ts" */
import { EFFECTS, PLACES } from "./fault-effects.js";
import { spanText } from "./spans-of-time.js";

/**
 * Describes the effect of a fault in one line.
 *
 * @param {FaultSpec["effect"]} effect
 */
export function effectText(effect) {
  if (effect.kind === "delay") return `Delay by ${spanText(effect.delayMs)}`;
  if (effect.kind === "status") {
    const { kind: _, status, retryAfterSeconds, ...rest } = effect;
    const wait = retryAfterSeconds === undefined ? "" : `, Retry-After ${retryAfterSeconds}`;
    return `Respond with ${status}${wait}${details(rest)}`;
  }
  const { kind, ...rest } = effect;
  return EFFECTS[kind].label + details(rest);
}

/**
 * Describes the match of a fault in one line.
 *
 * @param {NonNullable<FaultSpec["match"]>} match
 */
export function matchText({ times: _, ...match }) {
  const known = PLACES.findLast(({ match: place }) =>
    Object.entries(place).every(([name, value]) => match[/** @type {"route"} */ (name)] === value),
  );
  const rest = Object.entries(match).filter(([name]) => !(name in (known?.match ?? {})));
  return `${known?.label}${details(Object.fromEntries(rest))}`;
}

/** @param {Readonly<Record<string, unknown>>} fields */
function details(fields) {
  return Object.entries(fields)
    .map(
      ([name, value]) => `, ${name} ${typeof value === "string" ? value : JSON.stringify(value)}`,
    )
    .join("");
}
