import { randomBytes } from "node:crypto";

/** Makes an opaque token: 256 random bits in base64url. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}
