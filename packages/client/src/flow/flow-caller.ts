import type { AccessToken, Clock, TokenEventSink } from "@agent-oauth/core";
import type { GatewayFlow } from "@agent-oauth/core/gateway";
import { emit } from "@agent-oauth/core/internal";
import type { Caller } from "../caller.ts";

/** Returns a caller as a flow takes it: a flow with a single tenant takes none, so that it is dropped with an event. */
export function flowCaller<T extends AccessToken>(
  flow: GatewayFlow<T>,
  given: Caller,
  { onEvent, clock }: { readonly onEvent?: TokenEventSink; readonly clock: Clock },
): Caller {
  const { tenant, ...caller } = given;
  if (flow.singleTenant !== true) return given;
  if (tenant === undefined) return caller;
  const { identity } =
    caller.subjectToken === undefined ? (flow.systemTokens ?? flow.userTokens) : flow.userTokens;
  emit(onEvent, { type: "tenant-dropped", identity, at: clock.now(), tenant });
  return caller;
}
