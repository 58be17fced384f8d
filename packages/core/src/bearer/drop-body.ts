import { emit } from "../events/emit.ts";

/** A body that nobody will read, or a reader of it. */
export interface Cancellable {
  cancel(): unknown;
}

/**
 * Starts to cancel a body that is not read, so that its connection is freed, and does not wait for it: the cancelling of a body
 * of which a `fetch` keeps an unread `clone()` ends with that clone only, which may be never. What goes wrong is ignored.
 */
export function dropBody(body: Cancellable | null | undefined): void {
  emit(() => body?.cancel());
}
