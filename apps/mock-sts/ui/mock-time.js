/** @import { Model } from "./model.js" */

/**
 * Returns the mock's time, in epoch milliseconds.
 *
 * @param {Pick<Model, "state" | "stateReadAt">} model
 */
export function mockNow({ state, stateReadAt }) {
  if (state === undefined) return Date.now();
  const { now, frozen } = state.clock;
  return frozen ? now : now + Date.now() - stateReadAt;
}

const clockTime = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const clockDate = new Intl.DateTimeFormat("en-CA", { dateStyle: "short" });

/**
 * Writes the time of day of an instant.
 *
 * @param {number} at
 */
export function timeText(at) {
  return clockTime.format(at);
}

/**
 * Writes the time of day with milliseconds.
 *
 * @param {number} at
 */
export function preciseTimeText(at) {
  return `${timeText(at)}.${String(new Date(at).getMilliseconds()).padStart(3, "0")}`;
}

/**
 * Writes date and time.
 *
 * @param {number} at
 */
export function dateText(at) {
  return `${clockDate.format(at)} ${timeText(at)}`;
}
