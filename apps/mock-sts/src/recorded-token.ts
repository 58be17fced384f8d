import { decodeJwt, type JWTPayload } from "jose";
import { fingerprint } from "./fingerprint.ts";
import type { RecordedToken } from "./recorder.ts";

/** Describes a token a client sent: its fingerprint and, if it is a JWT, its unverified claims. */
export function recordToken(token: string): RecordedToken {
  return { fingerprint: fingerprint(token), claims: decodeClaims(token) };
}

function decodeClaims(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}
