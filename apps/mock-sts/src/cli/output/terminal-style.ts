import { styleText } from "node:util";

/** Formats of a piece of text. */
export type Style = Parameters<typeof styleText>[0];

/** Formats a piece of text, or returns it unchanged. */
export type Paint = (style: Style, text: string) => string;

/** Creates a paint; without colors it returns every text unchanged. */
export function createPaint({ colors }: { readonly colors: boolean }): Paint {
  if (!colors) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}

/**
 * Tells whether to print colors: `FORCE_COLOR` says so or forbids it, `NO_COLOR` forbids it, and
 * otherwise a terminal gets them.
 *
 * @see {@link https://no-color.org NO_COLOR}
 */
export function wantsColors(
  { FORCE_COLOR, NO_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return isTerminal && !NO_COLOR && TERM !== "dumb";
}
