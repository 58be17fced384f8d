import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, Next } from "hono";
import type { MockEnv } from "./exchange.ts";
import type { Breakage, Fault, FaultAnswer } from "./faults.ts";

/** Answers a request as its fault says, and notes the fault in the request's record. */
export async function answerWithFault(
  c: Context<MockEnv>,
  fault: Fault,
  next: Next,
): Promise<void> {
  const { record } = c.get("exchange");
  if ("answer" in fault) {
    record.fault = `status-${fault.answer.status}`;
    c.res = faultResponse(fault.answer);
    return;
  }
  record.fault = fault.breakage;
  c.res = await breakages[fault.breakage](c, next);
}

function faultResponse({ status, headers = {}, body }: FaultAnswer): Response {
  if (typeof body === "string") return new Response(body, { status, headers });
  const json = body ?? { error: "server_error", error_description: "a fault was set" };
  return Response.json(json, { status, headers });
}

const breakages: Record<Breakage, (c: Context<MockEnv>, next: Next) => Promise<Response>> = {
  async "truncated-json"(c, next) {
    const { half, response } = await firstHalf(c, next);
    return new Response(half, { status: response.status, headers: response.headers });
  },

  async html() {
    const page = "<!doctype html><title>Sign in</title><h1>Sign in</h1>";
    return new Response(page, { headers: { "Content-Type": "text/html; charset=utf-8" } });
  },

  async empty() {
    return new Response(null, { status: 200 });
  },

  async "wrong-content-type"(c, next) {
    await next();
    const headers = new Headers(c.res.headers);
    headers.set("Content-Type", "text/plain");
    return new Response(await c.res.text(), { status: c.res.status, headers });
  },

  async "reset-before-headers"(c) {
    c.env.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  },

  async "reset-after-headers"(c, next) {
    const { half, response } = await firstHalf(c, next);
    const { outgoing } = c.env;
    const headers = { "Content-Type": "application/json", "Content-Length": half.length * 2 };
    outgoing.writeHead(response.status, headers);
    await new Promise<void>((resolve) => outgoing.write(half, () => resolve()));
    outgoing.destroy();
    return RESPONSE_ALREADY_SENT;
  },
};

async function firstHalf(c: Context<MockEnv>, next: Next) {
  await next();
  const text = await c.res.text();
  return { half: text.slice(0, Math.ceil(text.length / 2)), response: c.res };
}
