import { McpToolset } from "@agent-oauth/adk";
import { describe, expect, it, onTestFinished } from "vitest";
import { adkAgent } from "../adk/adk-agent.test-support.ts";
import { watchExchanges } from "./exchange-log.ts";
import { AUDIENCES, USERS } from "./realm.ts";
import { exchangeByCertificate, subjectToken } from "./realm-clients.ts";
import { startResourceServer } from "./resource-server.ts";

const RUNS = 10;

describe("McpToolset at Keycloak", () => {
  it("gives concurrent runs of two users each the tokens of its user", async () => {
    const source = exchangeByCertificate();
    const servers = await Promise.all(AUDIENCES.map(startResourceServer));
    const subjects = new Map<string, string>();
    for (const user of USERS) subjects.set(user, await subjectToken(user));
    const exchanges = await watchExchanges();
    const toolset = new McpToolset({
      tokens: source,
      servers: servers.map(({ url }, index) => {
        const name = AUDIENCES[index] ?? "";
        return { name, url, request: { audience: [name] } };
      }),
      subjectToken: ({ userId }) => subjects.get(userId),
      fetch: source.fetch,
    });
    onTestFinished(() => toolset.dispose());
    const run = adkAgent(toolset);

    const users = USERS.flatMap((user) => Array.from({ length: RUNS }, () => user));
    const answers = await Promise.all(users.map(run));

    const azp = "agent-by-certificate";
    const expected = (user: string) => AUDIENCES.map((aud) => ({ user, aud, azp }));
    expect(answers.map((ofRun) => ofRun.map(textOf))).toEqual(users.map(expected));
    const log = await exchanges();
    const pairs = log.map(({ type, userId, details }) => `${type} ${userId} ${details.audience}`);
    expect(log).toHaveLength(USERS.length * AUDIENCES.length);
    expect(new Set(pairs).size).toBe(log.length);
    const seen = servers.flatMap((server) => server.seen);
    expect(seen.filter(({ status }) => status >= 400)).toEqual([]);
    console.log(
      `ADK: ${users.length} concurrent runs of ${USERS.length} users, ${AUDIENCES.length} audiences, ` +
        `${answers.flat().length} tool calls: ${log.length} exchanges, ${seen.length} MCP requests`,
    );
  });
});

/** What `whoami` answered. */
function textOf(answer: unknown): unknown {
  const { content } = answer as { content: readonly { text: string }[] };
  return JSON.parse(content[0]?.text ?? "null");
}
