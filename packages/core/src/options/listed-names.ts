/**
 * Lists names that a server, a binding or a file chose, for a message: the first five, each quoted and cut, and how many
 * more there are. However many names there are, and however long they are, the message stays short.
 *
 * @example
 * ```ts
 * listedNames(["a", "b", "c", "d", "e", "f"]); // "a", "b", "c", "d", "e" and 1 more
 * ```
 */
export function listedNames(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const shown = names.slice(0, MAX_NAMES).map(shownName).join(", ");
  return names.length > MAX_NAMES ? `${shown} ${moreThan(names.length)}` : shown;
}

/** Lists sentences of ours, such as what is wrong with each member of a file: the first five, and how many more there are. */
export function listedReasons(reasons: readonly string[]): string {
  const shown = reasons.slice(0, MAX_NAMES).join("; ");
  return reasons.length > MAX_NAMES ? `${shown}; ${moreThan(reasons.length)}` : shown;
}

/**
 * Quotes one name that a server, a binding or a file chose: JSON-encoded, characters escaped that a log or terminal would
 * obey, and cut at 80 characters.
 */
export function shownName(name: string): string {
  const cut = name.length > MAX_LENGTH ? `${name.slice(0, MAX_LENGTH)}…` : name;
  return JSON.stringify(cut).replace(OBEYED, escaped);
}

/** As many as a reader takes in at once. */
const MAX_NAMES = 5;
const MAX_LENGTH = 80;

/** Control and format characters that JSON leaves as they are, and line separators. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

function moreThan(count: number): string {
  return `and ${(count - MAX_NAMES).toLocaleString("en-US")} more`;
}
