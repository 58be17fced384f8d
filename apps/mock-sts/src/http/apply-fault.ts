import type { Context, Next } from "hono";
import type { FaultEffect } from "../faults/fault-schema.ts";
import type { KeyRings } from "../keys/key-rings.ts";
import { resetAfterHeaders, resetBeforeHeaders, sendWrongLength } from "./broken-connections.ts";
import { malform, redeclare, slowDown, truncate } from "./corrupted-bodies.ts";
import { forgeTokens, setMember, takeMembers } from "./forged-responses.ts";
import type { MockEnv } from "./receive-requests.ts";
import { statusAnswer } from "./status-response.ts";

/** A request that is to suffer a fault, and what its answer is made with. */
export interface Struck {
  readonly c: Context<MockEnv>;
  /** Lets the request have its effect, and returns the real answer. */
  readonly realAnswer: () => Promise<Response>;
  readonly keys: KeyRings;
  /** The mock's time, epoch milliseconds. */
  readonly nowMs: number;
}

/** What faults are answered with. */
export type FaultContext = Pick<Struck, "keys" | "nowMs">;

/** Answers a request as its fault says, and notes the fault in the request's record. */
export async function answerWithFault(
  c: Context<MockEnv>,
  next: Next,
  { effect, ...context }: FaultContext & { effect: FaultEffect },
): Promise<void> {
  const { record } = c.get("exchange");
  record.fault = effect.kind === "status" ? `status-${effect.status}` : effect.kind;
  const realAnswer = async () => {
    await next();
    return c.res;
  };
  c.res = await spoil(effect, { c, realAnswer, ...context });
}

type Spoilers = {
  [K in FaultEffect["kind"]]: (
    effect: Extract<FaultEffect, { kind: K }>,
    struck: Struck,
  ) => Response | Promise<Response>;
};

function spoil<K extends FaultEffect["kind"]>(
  effect: Extract<FaultEffect, { kind: K }>,
  struck: Struck,
): Response | Promise<Response> {
  const spoiler: Spoilers[K] = spoilers[effect.kind as K];
  return spoiler(effect, struck);
}

const spoilers: Spoilers = {
  status: (effect, { nowMs }) => statusAnswer(effect, nowMs),
  html: () => new Response(signInPage, { headers: { "Content-Type": "text/html; charset=utf-8" } }),
  empty: ({ status = 200 }) => new Response(null, { status }),
  redirect: ({ location, status = 302 }) =>
    new Response(null, { status, headers: { Location: location } }),
  "slow-body": async (effect, { realAnswer }) => slowDown(await realAnswer(), effect),
  "truncated-json": async (_, { realAnswer }) => truncate(await realAnswer()),
  "malformed-json": async (_, { realAnswer }) => malform(await realAnswer()),
  "wrong-content-type": async ({ contentType = "text/plain" }, { realAnswer }) =>
    redeclare(await realAnswer(), contentType),
  "wrong-content-length": async ({ differenceBytes = 16 }, { c, realAnswer }) =>
    sendWrongLength(c.env, await realAnswer(), differenceBytes),
  "reset-before-headers": (_, { c }) => resetBeforeHeaders(c.env),
  "reset-after-headers": async (_, { c, realAnswer }) =>
    resetAfterHeaders(c.env, await realAnswer()),
  "wrong-issuer": ({ issuer = "https://wrong-issuer.example" }, struck) =>
    forgeTokens(struck, { iss: issuer }),
  "wrong-audience": ({ audience = "wrong-audience" }, struck) =>
    forgeTokens(struck, { aud: audience }),
  "missing-fields": async ({ fields = ["access_token"] }, { realAnswer }) =>
    takeMembers(await realAnswer(), fields),
  "odd-expires-in": async ({ value }, { realAnswer }) =>
    setMember(await realAnswer(), "expires_in", value),
  // They come before the request is answered.
  delay: (_, { realAnswer }) => realAnswer(),
  "tls-refusal": (_, { realAnswer }) => realAnswer(),
};

const signInPage = "<!doctype html><title>Sign in</title><h1>Sign in</h1>";
