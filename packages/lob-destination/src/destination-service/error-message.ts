import { quoteServerText } from "@agent-oauth/token-endpoint/internal";
import { z } from "zod";

const MAX_QUOTED = 200;
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
  const quotation = UNBROKEN.test(shown) ? undefined : quoteServerText(shown, secrets);
  return quotation === undefined ? "" : `: ${quotation}`;
}
