import {
  type Document,
  isMap,
  isNode,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";

/** A position in a text; both numbers begin at 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A violation in a text, and its position. */
export interface TextViolation extends Position {
  readonly message: string;
}

/** A text in YAML or JSON as data. */
export interface ConfigText {
  readonly data: unknown;
  /** The reasons why it cannot be read; empty if it can. */
  readonly violations: readonly TextViolation[];
  /** Finds the value at a path, or what is nearest above it; with `key`, the name of that value. */
  locate(path: readonly PropertyKey[], options?: { readonly key?: boolean }): Position;
}

/** Reads a text in YAML or JSON. */
export function parseConfigText(text: string): ConfigText {
  const lineCounter = new LineCounter();
  const options = { lineCounter, prettyErrors: false, stringKeys: true, merge: true } as const;
  const document = parseDocument(text, options);
  const positionAt = (offset: number): Position => {
    const { line, col: column } = lineCounter.linePos(offset);
    return { line, column };
  };
  const locate: ConfigText["locate"] = (path, { key = false } = {}) => {
    for (let length = path.length; length > 0; length--) {
      const part = path.slice(0, length).map(asKey);
      const node =
        key && length === path.length ? keyNode(document, part) : document.getIn(part, true);
      if (isNode(node) && node.range) return positionAt(node.range[0]);
    }
    return { line: 1, column: 1 };
  };
  const violations = [...document.errors, ...document.warnings, ...lostAliases(document)]
    .filter(isOwnViolation)
    .map(({ code, pos }) => ({ ...positionAt(pos[0]), message: describeViolation(code) }));
  if (violations.length > 0) return { data: undefined, violations, locate };
  try {
    return { data: document.toJS() ?? {}, violations, locate };
  } catch {
    const message = "cannot be read as YAML: its aliases are too many";
    return { data: undefined, violations: [{ line: 1, column: 1, message }], locate };
  }
}

/** After the first error, the parser reports every word that follows: these reports are left out. */
function isOwnViolation({ code }: Pick<YAMLError, "code">, index: number): boolean {
  return index === 0 || code !== "UNEXPECTED_TOKEN";
}

function asKey(part: PropertyKey): string | number {
  return typeof part === "symbol" ? String(part) : part;
}

function keyNode(document: Document, path: (string | number)[]): Node | null {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => String(key) === String(path.at(-1)))
    : undefined;
  return isNode(pair?.key) ? pair.key : null;
}

/** The library finds them only when it resolves them, and then it does not know the position. */
function lostAliases(document: Document): Pick<YAMLError, "code" | "pos">[] {
  const lost: Pick<YAMLError, "code" | "pos">[] = [];
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return;
      lost.push({ code: "BAD_ALIAS", pos: [alias.range?.[0] ?? 0, 0] });
    },
  });
  return lost;
}

/** The library's own words quote the text, which may hold a secret. */
function describeViolation(code: YAMLError["code"]): string {
  return `cannot be read as YAML: ${REASONS[code] ?? "the syntax is wrong here"}`;
}

const REASONS: Partial<Readonly<Record<YAMLError["code"], string>>> = {
  BAD_ALIAS: "an anchor of this name is missing before",
  BAD_DQ_ESCAPE: "this escape is unknown in double quotes",
  BAD_INDENT: "the indentation is wrong, or a bracket is open",
  BLOCK_AS_IMPLICIT_KEY: "a value within a value: a colon too many, or a wrong indentation",
  DUPLICATE_KEY: "this key is there twice",
  MISSING_CHAR: "a quote, bracket, comma or colon is missing",
  MULTIPLE_DOCS: "there is more than one document",
  MULTILINE_IMPLICIT_KEY:
    "a key must be on one line: a colon is missing, or the indentation is wrong",
  NON_STRING_KEY: "keys must be text",
  TAB_AS_INDENT: "tabs cannot indent",
  TAG_RESOLVE_FAILED: "tags are unknown here",
};
