import type { Context, Next } from "hono";
import type { FaultEffect } from "../faults/fault-schema.ts";
import type { AffectedRequest } from "./affected-request.ts";
import { resetAfterHeaders, resetBeforeHeaders, sendWrongLength } from "./broken-connections.ts";
import { malform, redeclare, slowDown, truncate } from "./corrupted-bodies.ts";
import { forgeTokens, setMember, takeMembers } from "./forged-responses.ts";
import type { MockEnv } from "./received-request.ts";
import { statusResponse } from "./status-response.ts";

/** A fault to apply, and what its response is made from. */
export interface AppliedFault extends Pick<AffectedRequest, "keys" | "nowMs"> {
  readonly effect: FaultEffect;
}

/** Responds to a request as its fault says, and notes the fault in the request's record. */
export async function applyFault(
  c: Context<MockEnv>,
  next: Next,
  { effect, keys, nowMs }: AppliedFault,
): Promise<void> {
  const { record } = c.get("received");
  record.fault = effect.kind === "status" ? `status-${effect.status}` : effect.kind;
  const realResponse = async () => {
    await next();
    return c.res;
  };
  c.res = await corrupt(effect, { c, realResponse, keys, nowMs });
}

type Corruptions = {
  [K in FaultEffect["kind"]]: (
    effect: Extract<FaultEffect, { kind: K }>,
    request: AffectedRequest,
  ) => Response | Promise<Response>;
};

function corrupt<K extends FaultEffect["kind"]>(
  effect: Extract<FaultEffect, { kind: K }>,
  request: AffectedRequest,
): Response | Promise<Response> {
  const corruption: Corruptions[K] = CORRUPTIONS[effect.kind as K];
  return corruption(effect, request);
}

const CORRUPTIONS: Corruptions = {
  status: (effect, { nowMs }) => statusResponse(effect, nowMs),
  html: () =>
    new Response(SIGN_IN_PAGE, { headers: { "Content-Type": "text/html; charset=utf-8" } }),
  empty: ({ status = 200 }) => new Response(null, { status }),
  redirect: ({ location, status = 302 }) =>
    new Response(null, { status, headers: { Location: location } }),
  "slow-body": async (effect, { realResponse }) => slowDown(await realResponse(), effect),
  "truncated-json": async (_, { realResponse }) => truncate(await realResponse()),
  "malformed-json": async (_, { realResponse }) => malform(await realResponse()),
  "wrong-content-type": async ({ contentType = "text/plain" }, { realResponse }) =>
    redeclare(await realResponse(), contentType),
  "wrong-content-length": async ({ differenceBytes = 16 }, { c, realResponse }) =>
    sendWrongLength(c.env, await realResponse(), differenceBytes),
  "reset-before-headers": (_, { c }) => resetBeforeHeaders(c.env),
  "reset-after-headers": async (_, { c, realResponse }) =>
    resetAfterHeaders(c.env, await realResponse()),
  "wrong-issuer": ({ issuer = "https://wrong-issuer.example" }, request) =>
    forgeTokens(request, { iss: issuer }),
  "wrong-audience": ({ audience = "wrong-audience" }, request) =>
    forgeTokens(request, { aud: audience }),
  "missing-fields": async ({ fields = ["access_token"] }, { realResponse }) =>
    takeMembers(await realResponse(), fields),
  "odd-expires-in": async ({ value }, { realResponse }) =>
    setMember(await realResponse(), "expires_in", value),
  // These effects come before the response.
  delay: (_, { realResponse }) => realResponse(),
  "tls-refusal": (_, { realResponse }) => realResponse(),
};

const SIGN_IN_PAGE = "<!doctype html><title>Sign in</title><h1>Sign in</h1>";
