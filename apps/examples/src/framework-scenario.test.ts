import { bearerFetch, type TokenSource } from "@agent-oauth/core";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, it } from "vitest";
import type { OpenAgent } from "./framework-agent.ts";
import { playScenario } from "./framework-scenario.ts";

interface Habits {
  /** Whose token is sent for a user. */
  readonly bearerOf?: (user: string) => string;
  readonly source?: (tokens: TokenSource) => TokenSource;
  readonly answer?: (text: string) => string;
}

/** An agent that opens a session for each call, which no server can forget. */
function agentWith(habits: Habits): OpenAgent {
  const {
    bearerOf = (user) => user,
    source = (tokens) => tokens,
    answer = (text) => text,
  } = habits;
  return async ({ mcpUrl, tokens, subjectToken }) => ({
    async ask(user) {
      const request = { subjectToken: subjectToken(bearerOf(user)) };
      const fetch = bearerFetch(source(tokens), { resource: mcpUrl, request });
      const client = new Client({ name: "test", version: "1.0.0" });
      await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { fetch }));
      const { content } = await client.callTool({ name: "identify", arguments: { user } });
      await client.close();
      const [block] = content;
      return answer(block?.type === "text" ? block.text : "");
    },
    async [Symbol.asyncDispose]() {},
  });
}

const short = { alternations: 2 };
/** Calls of a scenario as short as that: five times five in a row, twice four at once, two in turn. */
const calls = 35;

describe("playScenario", () => {
  it("finds nothing wrong with an agent that sends each user's token, but that it opens sessions", async () => {
    const result = await playScenario(agentWith({}), short);
    expect(result).toMatchObject({
      toolCalls: calls,
      tokenRequests: 4,
      wrongUserCalls: 0,
      visibleFailures: 0,
      violations: ["a tool call took more than one request"],
    });
    expect(result.httpRequests).toBeGreaterThan(3 * calls);
  });

  it("counts the calls with another user's token", async () => {
    const { wrongUserCalls, violations } = await playScenario(
      agentWith({ bearerOf: () => "alice" }),
      short,
    );
    expect(wrongUserCalls).toBe(5 + 5 + 4 + 5 + 1);
    expect(violations).toContain("a call came with another user's token");
  });

  it("forgives one failure, and no two", async () => {
    const failing = (times: number) => {
      let left = times;
      return agentWith({ answer: (text) => (left-- > 0 ? "Sorry" : text) });
    };
    const once = await playScenario(failing(1), short);
    expect(once.visibleFailures).toBe(1);
    expect(once.violations).not.toContainEqual(expect.stringMatching(/failure/));
    const twice = await playScenario(failing(2), short);
    expect(twice.visibleFailures).toBe(2);
    expect(twice.violations).toContainEqual(expect.stringMatching(/more than one failure .*Sorry/));
  });

  it("does not take an answer for a tool call", async () => {
    const openAgent: OpenAgent = async () => ({
      ask: async (user) => `${user} by the token of ${user}`,
      async [Symbol.asyncDispose]() {},
    });
    const { toolCalls, violations } = await playScenario(openAgent, short);
    expect(toolCalls).toBe(0);
    expect(violations).toEqual([`there were ${calls} answers to 0 tool calls`]);
  });

  it("counts token requests, and lets no token out", async () => {
    let calls = 0;
    // As good as no cache: each call is for another principal.
    const forgetful = (tokens: TokenSource): TokenSource => ({
      identity: tokens.identity,
      getToken: (request, options) =>
        tokens.getToken({ ...request, principal: `${calls++}` }, options),
    });
    const { tokenRequests, violations } = await playScenario(
      agentWith({ source: forgetful, answer: (text) => `${text} eyJ` }),
      short,
    );
    expect(tokenRequests).toBeGreaterThan(4);
    expect(violations).toContain("more than 4 tokens were requested");
    expect(violations).toContain("an answer holds a token");
  });
});
