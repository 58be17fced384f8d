import { emit } from "../events/emit.ts";

/** An unread body, or a reader of it. */
export interface Cancellable {
  cancel(): unknown;
}

/**
 * Starts to cancel an unread body, so that its connection is freed. It does not wait for the end: if a `fetch` keeps an unread
 * `clone()` of the body, the cancellation ends only when the clone is read, and that may never happen. Errors are ignored.
 */
export function dropBody(body: Cancellable | null | undefined): void {
  emit(() => body?.cancel());
}
