/**
 * Lists names from a server, a binding or a file for a message: the first five names, each quoted and cut, and the number of
 * further names. The message stays short for any number and length of names.
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

/** Lists our own sentences, such as one for each wrong member of a file: the first five, and the number of further ones. */
export function listedReasons(reasons: readonly string[]): string {
  const shown = reasons.slice(0, MAX_NAMES).join("; ");
  return reasons.length > MAX_NAMES ? `${shown}; ${moreThan(reasons.length)}` : shown;
}

/**
 * Quotes one name from a server, a binding or a file: it is cut at 80 characters and JSON-encoded, and characters that control
 * a log or a terminal are escaped.
 */
export function shownName(name: string): string {
  // Every tool call names its tool and its server, and most names need no escapes.
  if (name.length <= MAX_LENGTH && PLAIN.test(name)) return `"${name}"`;
  const cut = name.length > MAX_LENGTH ? `${name.slice(0, MAX_LENGTH)}…` : name;
  return JSON.stringify(cut).replace(OBEYED, escaped);
}

/** A reader can take in this many names at once. */
const MAX_NAMES = 5;
const MAX_LENGTH = 80;

/** Names that are the same in JSON. */
const PLAIN = /^[\w .:/@-]*$/;

/** Control characters, format characters and line separators that JSON does not escape. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

function moreThan(count: number): string {
  return `and ${(count - MAX_NAMES).toLocaleString("en-US")} more`;
}
