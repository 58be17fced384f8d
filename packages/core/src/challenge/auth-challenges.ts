/** One challenge of a `WWW-Authenticate` header. */
export interface AuthChallenge {
  /** In lower case. */
  readonly scheme: string;
  /** Keyed by name in lower case. The first value of a repeated parameter counts. A token68 is dropped. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads the challenges of a `WWW-Authenticate` header, also of several headers combined into one, in time linear to its length.
 * Text that does not fit the grammar is skipped up to the next comma. Nothing is read after an opening quote without a
 * closing quote.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 RFC 9110 §11.6.1}
 */
export function authChallenges(header: string): readonly AuthChallenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const text = new Scanner(header);
  while (!text.atEnd()) {
    const parameter = text.take(PARAMETER);
    const [, scheme] = parameter ? [] : (text.take(SCHEME) ?? []);
    if (parameter !== undefined) {
      addParameter(challenges.at(-1)?.parameters, parameter);
    } else if (scheme !== undefined) {
      challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
      text.take(TOKEN68);
    } else {
      text.take(RUBBISH);
    }
  }
  return challenges;
}

// Each pattern can match in one way only, so a header cannot cause backtracking.
const TOKEN = "[!#$%&'*+.^_`|~\\w-]+";
/** Captures the text and the closing quote. Without a closing quote, the text reaches to the end of the header. */
const QUOTED = '"((?:[^"\\\\]|\\\\.)*)(?:(")|\\\\?$)';
/** Not in the grammar, but written: the quotes are none of the value. */
const SINGLE_QUOTED = "'([^']*)'";
/** An unquoted value may hold characters that a token cannot hold, since servers write URLs without quotes. */
const PARAMETER = new RegExp(
  `(${TOKEN})[ \\t]*=[ \\t]*(?:${QUOTED}|${SINGLE_QUOTED}|([^ \\t,"]+))(?=[ \\t,]|$)`,
  "sy",
);
const SCHEME = new RegExp(`(${TOKEN})(?:[ \\t]+|(?=,)|$)`, "sy");
const TOKEN68 = /[\w~+/.-]+=*[ \t]*(?=,|$)/y;
const RUBBISH = new RegExp(`(?:${QUOTED}|[^,"])+`, "sy");
const SEPARATORS = /[ \t,]*/y;

function addParameter(parameters: Map<string, string> | undefined, match: RegExpExecArray): void {
  const [, name = "", quoted, close, single, bare] = match;
  const value = close === undefined ? (single ?? bare) : quoted?.replace(/\\(.)/gs, "$1");
  const key = name.toLowerCase();
  if (value !== undefined && parameters?.has(key) === false) parameters.set(key, value);
}

class Scanner {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Skips the separators between two items, and tells whether the text ends here. */
  atEnd(): boolean {
    this.take(SEPARATORS);
    return this.#position >= this.#text.length;
  }

  /** Returns the match of the pattern at the current position, and moves to the end of the match. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text) ?? undefined;
    if (match !== undefined) this.#position += match[0].length;
    return match;
  }
}
