import type { FaultEffect } from "../faults/fault-schema.ts";

type StatusEffect = Extract<FaultEffect, { kind: "status" }>;

/** Builds the response of a fault that has a status of its own. */
export function statusResponse(effect: StatusEffect, nowMs: number): Response {
  const { status, body } = effect;
  const headers = { ...retryAfter(effect, nowMs), ...effect.headers };
  if (mayHaveNoBody(status)) return new Response(null, { status, headers });
  if (typeof body === "string") return new Response(body, { status, headers });
  const json = body ?? { error: "server_error", error_description: "a fault was set" };
  return Response.json(json, { status, headers });
}

/** The last instant a `Date` can hold. */
const LAST_DATE_MS = 8_640_000_000_000_000;

/** @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 RFC 9110 §10.2.3} */
function retryAfter(
  { retryAfterSeconds: seconds, retryAfterForm: form = "seconds" }: StatusEffect,
  nowMs: number,
): Record<string, string> {
  if (seconds === undefined) return {};
  const date = () => new Date(Math.min(nowMs + seconds * 1000, LAST_DATE_MS)).toUTCString();
  return { "Retry-After": form === "seconds" ? String(seconds) : date() };
}

function mayHaveNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
