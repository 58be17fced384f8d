const MAX_QUOTED = 200;
/** Shorter runs are words that a message may share with a secret by chance. */
const TELLING_RUN = 16;
/** Without the dot that ends its header: the cut may come before that. */
const JWT = /eyJ[\w-]{8,}/;
/** What JSON leaves as it is but a terminal or a reader may fall for: C1 controls, marks that turn the text around. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Quotes a server's text for a message: JSON-encoded and cut at 200 characters, `undefined` if it holds a JWT or a
 * telling part of one of the secrets.
 */
export function quoteServerText(text: string, secrets: readonly string[]): string | undefined {
  const shown = text.slice(0, MAX_QUOTED);
  if (shown.trim() === "" || JWT.test(shown)) return undefined;
  if (secrets.some((secret) => sharesRun(shown, secret))) return undefined;
  return JSON.stringify(shown).replace(INVISIBLE, (mark) => {
    const code = mark.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

/** A server may cut or escape what it quotes back, so that a search for the whole secret would miss it. */
function sharesRun(text: string, secret: string): boolean {
  if (secret === "") return false;
  // A server may make half a surrogate pair a part of what it calls a token, which has no encoding.
  for (const form of new Set([secret, encodeURIComponent(secret.toWellFormed())])) {
    const length = Math.min(TELLING_RUN, form.length);
    for (let start = 0; start + length <= text.length; start++) {
      if (form.includes(text.slice(start, start + length))) return true;
    }
  }
  return false;
}
