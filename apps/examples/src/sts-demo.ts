import type { MockSts } from "@agent-oauth/mock-sts";
import { conclude, type DemoResult } from "./demo-result.ts";
import { type Output, ProgressTable } from "./progress-table.ts";
import { ScriptedAgent } from "./scripted-agent.ts";
import { openStsEnvironment } from "./sts-environment.ts";

const USERS = ["alice", "bob"] as const;
/** Tool calls of each user: before the tokens are revoked, and after that. */
const CALLS = [60, 40] as const;

/**
 * Runs an agent for two users against MCP servers that each want a token of their own audience, exchanged for the user's
 * (RFC 8693), and shows what goes over the wire. Every answer is checked: it must be the right user's.
 *
 * @throws Error if a tool answered for the wrong user, or more tokens were requested than need be.
 */
export async function runStsDemo(output: Output): Promise<DemoResult> {
  await using environment = await openStsEnvironment();
  const { mock, client } = environment;
  introduce(output, mock);
  const agents = await Promise.all(
    USERS.map(async (user) => {
      const userToken = await mock.userToken({ sub: user });
      return new ScriptedAgent(client, { user, userToken });
    }),
  );
  const table = new ProgressTable(output, () => ({
    toolCalls: agents.reduce((sum, { calls }) => sum + calls, 0),
    httpRequests: mock.recorder.count(),
    tokenRequests: mock.recorder.count({ route: "sts-token" }),
    cacheHits: environment.cacheHits,
  }));
  const work = (calls: number) => Promise.all(agents.map((agent) => agent.work(calls)));

  await table.row("each user's agent discovers the tools", () =>
    Promise.all(agents.map((agent) => agent.discover())),
  );
  await table.row("both work at the same time", () => work(CALLS[0]));
  mock.controls.revoke({ subject: "alice" });
  await table.row("alice's tokens are revoked, both go on", () => work(CALLS[1]));
  // One token for each user and audience, and alice's once more.
  const enough = (USERS.length + 1) * mock.sts.mcpServers.length;
  return conclude(output, mock, { ...table.total(), enough });
}

function introduce(output: Output, { sts }: MockSts): void {
  output.write(
    [
      "An agent works for two users with MCP servers that each want a token of their own audience.",
      "",
      `  token service  ${sts.issuer}  exchanges a user's token for one of one audience`,
      ...sts.mcpServers.map(
        ({ name, audience }) => `  MCP server     ${name}, audience ${audience}`,
      ),
      "",
      "",
    ].join("\n"),
  );
}
