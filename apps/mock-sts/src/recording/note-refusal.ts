import { safeDescription } from "../oauth/oauth-error.ts";
import type { OpenRecord } from "./recorded-request.ts";

/** Why a request was refused. */
export interface NotedRefusal {
  /** OAuth error code; absent where the response has none. */
  readonly error?: string | undefined;
  /** The reason in words. */
  readonly description?: string | undefined;
}

/**
 * Notes a refusal on a record. The record keeps the reason also where the response hides it, as
 * servers without error bodies do.
 */
export function noteRefusal(record: OpenRecord, { error, description }: NotedRefusal): void {
  if (error !== undefined) record.error = error;
  if (description) record.errorDescription = safeDescription(description);
}
