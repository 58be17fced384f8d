import { cutMiddle } from "@agent-oauth/core/internal";
import { holdsSecret } from "./secret-traces.ts";

const MAX_QUOTED = 500;
/**
 * How much of each end is searched for secrets: more than is shown, since an encoding may be cut before it tells anything. A text
 * of up to two of these is searched as a whole.
 */
const MAX_SEARCHED = 700;
/** Without the dot that ends its header: the cut may come before that. */
const JWT = /eyJ[\w-]{8,}/;
/** What JSON leaves as it is but a terminal or a reader may fall for: C1 controls, marks that turn the text around. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Quotes a server's text for a message: JSON-encoded, with its middle cut if it is longer than 500 characters, `undefined` if
 * it holds a JWT or a telling part of one of the secrets. The secrets are also found if the server spells them otherwise: in
 * another letter case, with escapes of HTML, JSON or URLs, in base64, or in pieces.
 */
export function quoteServerText(text: string, secrets: readonly string[]): string | undefined {
  if (text.trim() === "") return undefined;
  for (const searched of searchedParts(text)) {
    if (JWT.test(searched.replace(/\s/g, "")) || holdsSecret(searched, secrets)) return undefined;
  }
  return JSON.stringify(cutMiddle(text, MAX_QUOTED)).replace(INVISIBLE, (mark) => {
    const code = mark.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

function searchedParts(text: string): readonly string[] {
  if (text.length <= 2 * MAX_SEARCHED) return [text];
  return [text.slice(0, MAX_SEARCHED), text.slice(-MAX_SEARCHED)];
}
