import { holdsSecret } from "./secret-traces.ts";

const MAX_QUOTED = 200;
/** What is searched for secrets: more than is shown, since an encoding may be cut before it tells anything. */
const MAX_SEARCHED = 600;
/** Without the dot that ends its header: the cut may come before that. */
const JWT = /eyJ[\w-]{8,}/;
/** What JSON leaves as it is but a terminal or a reader may fall for: C1 controls, marks that turn the text around. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Quotes a server's text for a message: JSON-encoded and cut at 200 characters, `undefined` if it holds a JWT or a
 * telling part of one of the secrets. The secrets are also found if the server spells them otherwise: in another
 * letter case, with escapes of HTML, JSON or URLs, in base64, or in pieces.
 */
export function quoteServerText(text: string, secrets: readonly string[]): string | undefined {
  const searched = text.slice(0, MAX_SEARCHED);
  const shown = text.slice(0, MAX_QUOTED);
  if (shown.trim() === "" || JWT.test(searched.replace(/\s/g, ""))) return undefined;
  if (holdsSecret(searched, secrets)) return undefined;
  return JSON.stringify(shown).replace(INVISIBLE, (mark) => {
    const code = mark.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
