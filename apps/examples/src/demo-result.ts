import type { MockSts } from "@agent-oauth/mock-sts";
import type { Counts, Output } from "./progress-table.ts";

/** What a demo counted. */
export type DemoResult = Pick<Counts, "toolCalls" | "tokenRequests">;

/**
 * Closes a demo: says which tokens were presented and how many requests it took to get them.
 *
 * @throws Error if there were more requests than need be.
 */
export function conclude(
  output: Output,
  mock: MockSts,
  { toolCalls, tokenRequests, enough }: DemoResult & { readonly enough: number },
): DemoResult {
  output.write(`\nAccess tokens seen by the gateway, as fingerprints\n${tokensSeen(mock)}\n`);
  if (tokenRequests > enough) {
    throw new Error(`${enough} token requests would do, there were ${tokenRequests}`);
  }
  output.write(`demo: ok, ${tokenRequests} token requests for ${toolCalls} tool calls\n`);
  return { toolCalls, tokenRequests };
}

/** The tokens of each user; the recorder knows them by fingerprint only. */
function tokensSeen({ recorder }: MockSts): string {
  const tokens = new Map<string, Set<string>>();
  for (const { bearer, listener } of recorder.requests) {
    const user = bearer?.claims?.sub;
    if (listener !== "gateway" || bearer === undefined || user === undefined) continue;
    tokens.set(user, (tokens.get(user) ?? new Set()).add(bearer.fingerprint));
  }
  return [...tokens]
    .map(([user, fingerprints]) => `  ${user.padEnd(6)} ${[...fingerprints].join(", ")}\n`)
    .join("");
}
