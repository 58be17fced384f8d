import type { AudienceMismatchEvent, Clock, TokenEventSink, TokenRequest } from "@agent-oauth/core";
import { emit } from "@agent-oauth/core/internal";
import { invalidOption } from "./invalid-option.ts";

/** What happens if a token is not what was asked for: `"event"` emits an event and hands it out, `"error"` emits one and throws. */
export type ResponsePolicy = "event" | "error";

/** What a check of tokens does if one is not what was asked for, and for which source. */
export interface ResponseCheckOptions {
  readonly policy: ResponsePolicy;
  readonly identity: string;
  readonly clock: Clock;
  readonly onEvent: TokenEventSink | undefined;
}

/**
 * Returns the option.
 *
 * @throws TypeError naming it if it is something else.
 */
export function checkedPolicy(option: string, policy: ResponsePolicy): ResponsePolicy {
  if (policy !== "event" && policy !== "error") {
    invalidOption(option, 'must be "event" or "error"');
  }
  return policy;
}

/** What an event says beside the request. */
export type Mismatch =
  | { readonly type: "actor-ignored" | "issued-type-mismatch" }
  | Pick<AudienceMismatchEvent, "type" | "aud">;

/** Emits the event that a token is not what was asked for. */
export function emitMismatch(
  mismatch: Mismatch,
  { audience = [], resource = [] }: TokenRequest,
  { identity, clock, onEvent }: ResponseCheckOptions,
): void {
  emit(onEvent, { ...mismatch, identity, at: clock.now(), audience, resource });
}
