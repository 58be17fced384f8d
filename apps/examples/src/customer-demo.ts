import type { MockSts } from "@agent-oauth/mock-sts";
import { openCustomerEnvironment } from "./customer-environment.ts";
import { conclude, type DemoResult } from "./demo-result.ts";
import { type Output, ProgressTable } from "./progress-table.ts";
import { ScriptedAgent } from "./scripted-agent.ts";

const USERS = ["alice", "bob"] as const;
/** Tool calls of each user: before the token is revoked, until the certificate is rotated, and after that. */
const CALLS = [40, 30, 30] as const;

/**
 * Runs an agent for two users against three MCP servers behind a gateway that demands certificate-bound tokens, and
 * shows what goes over the wire. Every answer is checked: it must be the right user's.
 *
 * @throws Error if a tool answered for the wrong user, or more tokens were requested than need be.
 */
export async function runCustomerDemo(output: Output): Promise<DemoResult> {
  await using environment = await openCustomerEnvironment();
  const { mock, flow, client } = environment;
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
    tokenRequests: mock.recorder.count({ route: "token" }),
    cacheHits: environment.cacheHits,
  }));
  const work = (calls: number) => Promise.all(agents.map((agent) => agent.work(calls)));

  await table.row("each user's agent discovers the tools", () =>
    Promise.all(agents.map((agent) => agent.discover())),
  );
  await table.row("both work at the same time", () => work(CALLS[0]));
  mock.controls.revoke({ subject: "alice" });
  await table.row("alice's token is revoked, both go on", () => work(CALLS[1]));
  const pair = await mock.issueClientCertificate();
  await environment.writeCredentials(pair);
  await flow.reloadCredentials();
  await table.row("the client certificate is rotated", () => work(CALLS[2]));
  // One token a user, one more for alice after the revocation, one more a user for the new certificate.
  return conclude(output, mock, { ...table.total(), enough: 5 });
}

function introduce(output: Output, mock: MockSts): void {
  const servers = mock.mcpServers.map(({ name }) => name).join(", ");
  output.write(
    [
      "An agent works for two users with the tools of three MCP servers, over mutual TLS.",
      "",
      `  token server  ${mock.url}  authenticates the agent by its client certificate`,
      `  gateway       ${mock.gatewayUrl}  takes only tokens bound to that certificate`,
      `  MCP servers   ${servers}`,
      "",
      "",
    ].join("\n"),
  );
}
