import type { Clock, TokenEvent, TokenEventSink, TokenRequest } from "@agent-oauth/core";
import { emit } from "@agent-oauth/core/internal";
import { refuseOption } from "./invalid-option.ts";

/** What happens if a token is not quite what was asked for: `"event"` hands it out and tells, `"error"` refuses it, and tells. */
export type AnswerPolicy = "event" | "error";

/** What a check of answers does besides, and on whose behalf. */
export interface AnswerCheckOptions {
  readonly policy: AnswerPolicy;
  readonly identity: string;
  readonly clock: Clock;
  readonly onEvent: TokenEventSink | undefined;
}

/**
 * Returns the option, or its default `"event"`.
 *
 * @throws TypeError naming it if it is something else.
 */
export function checkedPolicy(option: string, policy: AnswerPolicy = "event"): AnswerPolicy {
  if (policy !== "event" && policy !== "error") {
    refuseOption(option, 'must be "event" or "error"');
  }
  return policy;
}

/** Tells what an answer to a request lacks. */
export function tellFault(
  type: Extract<TokenEvent["type"], "audience-mismatch" | "actor-ignored">,
  { audience = [], resource = [] }: TokenRequest,
  { identity, clock, onEvent }: AnswerCheckOptions,
): void {
  emit(onEvent, { type, identity, at: clock.now(), audience, resource });
}
