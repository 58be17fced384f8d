const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Counts the values of JSON texts while their bytes arrive, UTF-8, alone or in an event stream. A few bytes can hold a value
 * that takes up fifty times as much once it is parsed: `{},{},{}`. So their number is limited before the parser sees them.
 *
 * A line ends every string: JSON has no line breaks in one, and what else an event stream holds must not hide the rest.
 */
export class JsonValues {
  #inString = false;
  #escaped = false;

  /** Returns how many values the chunk begins, or a few more. */
  count(chunk: Uint8Array): number {
    let values = 0;
    for (const byte of chunk) {
      if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
        this.#inString = false;
        this.#escaped = false;
      } else if (!this.#inString) {
        if (byte === QUOTE) this.#inString = true;
        else if (byte === COMMA || byte === BRACKET || byte === BRACE) values++;
      } else if (this.#escaped) {
        this.#escaped = false;
      } else if (byte === BACKSLASH) {
        this.#escaped = true;
      } else if (byte === QUOTE) {
        this.#inString = false;
      }
    }
    return values;
  }
}
