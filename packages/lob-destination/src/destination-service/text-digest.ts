import { digest } from "@agent-oauth/core";

/** Digests what answers depend on, to name it without showing it. */
export function textDigest(...parts: readonly unknown[]): string {
  return Buffer.from(digest(JSON.stringify(parts)), "latin1").toString("base64url");
}
