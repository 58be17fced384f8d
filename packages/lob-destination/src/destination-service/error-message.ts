import { cutMiddle } from "@agent-oauth/core/internal";
import { quoteServerText } from "@agent-oauth/token-endpoint/internal";
import { z } from "zod";

const MAX_QUOTED = 500;
/** Names contain hyphens and dots; secrets and hashes do not. */
const UNBROKEN = /[\w+/=]{32,}/;

const response = z.object({ ErrorMessage: z.string() });

/** Returns the `ErrorMessage` of a response of the Destination Service: responses of other servers have none. */
export function errorMessageOf(body: unknown): string | undefined {
  return response.safeParse(body).data?.ErrorMessage;
}

/**
 * Quotes a text of the Destination Service for an error message: JSON-encoded, with its middle cut if it is longer than 500
 * characters, and left out if it may contain a secret. The service quotes other servers.
 *
 * @param secrets what was sent and must not appear.
 */
export function quoted(text: string, secrets: readonly string[]): string {
  const shown = text.trim();
  const quotation = UNBROKEN.test(cutMiddle(shown, MAX_QUOTED))
    ? undefined
    : quoteServerText(shown, secrets);
  return quotation === undefined ? "" : `: ${quotation}`;
}
