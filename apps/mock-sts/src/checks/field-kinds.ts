/** Kinds of values that a field can hold, and how each value of another kind is refused. */
import { isPlainObject } from "./is-record.ts";
import { isBlank } from "./option-values.ts";

/**
 * What a field holds. `text` is for names and addresses, on one line and not blank, `prose` for any
 * string, `members` for a plain object of JSON values, `other` for what is checked where it is read.
 */
export type FieldKind = keyof typeof KINDS;

interface Kind {
  readonly isOne: (value: unknown) => boolean;
  readonly words: string;
}

const isText = (value: unknown) => !isBlank(value) && !hasControls(String(value));
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);
const TEXT = "a string that is not blank and has no control characters";
const TEXTS = "a list of strings that are not blank";

const KINDS = {
  text: { isOne: isText, words: TEXT },
  prose: { isOne: (value) => typeof value === "string", words: "a string" },
  flag: { isOne: (value) => typeof value === "boolean", words: "true or false" },
  number: { isOne: Number.isFinite, words: "a number" },
  texts: { isOne: isTexts, words: TEXTS },
  "text or texts": {
    isOne: (value) => isText(value) || isTexts(value),
    words: `a string or ${TEXTS}`,
  },
  list: { isOne: Array.isArray, words: "a list" },
  function: { isOne: (value) => typeof value === "function", words: "a function" },
  members: {
    isOne: (value) => isPlainObject(value) && isJson(value),
    words: "a plain object of JSON values",
  },
  other: { isOne: () => true, words: "" },
} as const satisfies Record<string, Kind>;

/** Says what a value must be; `undefined` if it is of the kind. */
export function violationOf(value: unknown, kind: FieldKind): string | undefined {
  const { isOne, words }: Kind = KINDS[kind];
  return isOne(value) ? undefined : words;
}

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

/** JSON drops members that are `undefined`. An object within itself would have no end. */
function isJson(value: unknown, outer: readonly unknown[] = []): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (outer.includes(value)) return false;
  const within = [...outer, value];
  if (Array.isArray(value)) return value.every((item) => isJson(item, within));
  if (!isPlainObject(value)) return false;
  return Object.values(value).every((item) => item === undefined || isJson(item, within));
}
