import { digest } from "@agent-oauth/core";

/** Returns the full SHA-256 of a text in base64url: what identities are made of. */
export function textDigest(text: string): string {
  return Buffer.from(digest(text), "latin1").toString("base64url");
}
