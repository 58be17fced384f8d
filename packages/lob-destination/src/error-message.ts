import { z } from "zod";

const MAX_QUOTED = 200;
/** Shorter runs are words that a message may share with a secret by chance. */
const TELLING_RUN = 16;
const JWT = /eyJ[\w-]{8,}/;
/** Names are divided by hyphens and dots; secrets and hashes are not. */
const UNBROKEN = /[\w+/=]{32,}/;

const answer = z.object({ ErrorMessage: z.string() });

/** Returns the `ErrorMessage` of an answer of the Destination Service: what other servers answer has none. */
export function errorMessageOf(body: unknown): string | undefined {
  return answer.safeParse(body).data?.ErrorMessage;
}

/**
 * Quotes a text of the Destination Service for a message of ours: JSON-encoded and cut at 200 characters, nothing if it
 * may hold a secret. It passes on what other servers said to it.
 *
 * @param secrets what was sent and must not come back
 */
export function quoted(text: string, secrets: readonly string[]): string {
  const shown = text.slice(0, MAX_QUOTED).trim();
  if (shown === "" || JWT.test(shown) || UNBROKEN.test(shown)) return "";
  if (secrets.some((secret) => sharesRun(shown, secret))) return "";
  return `: ${JSON.stringify(shown)}`;
}

function sharesRun(text: string, secret: string): boolean {
  const length = Math.min(TELLING_RUN, secret.length);
  if (length === 0) return false;
  for (let start = 0; start + length <= text.length; start++) {
    if (secret.includes(text.slice(start, start + length))) return true;
  }
  return false;
}
