import { fromTokenProvider } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { clientSettings } from "../client-options.ts";
import { scriptedFlow } from "../flow.test-support.ts";
import { readAgentCard } from "./agent-card.ts";

const LIMIT = 1_048_576;

/** Reads a card of so many bytes. */
function readCardOf(bytes: number) {
  const tokens = fromTokenProvider(() => "a-token");
  const start = '{"name":"a","text":"';
  const card = `${start}${"x".repeat(bytes - start.length - 2)}"}`;
  const { flow } = scriptedFlow(tokens, { fetch: async () => new Response(card) });
  return readAgentCard(
    { name: "a", url: "https://agent.example" },
    {
      flow,
      tokens,
      request: { subjectToken: "alice" },
      settings: clientSettings({ flow }),
      doing: "read the card",
      signal: new AbortController().signal,
    },
  );
}

describe("readAgentCard", () => {
  it.each([LIMIT - 1, LIMIT])("reads a card of %i bytes", async (bytes) => {
    expect(await readCardOf(bytes)).toMatchObject({ name: "a" });
  });

  it("reads no card that is a byte longer", async () => {
    await expect(readCardOf(LIMIT + 1)).rejects.toMatchObject({ code: "ERR_TOKEN_RESPONSE" });
  });
});
