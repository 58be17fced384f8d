import type { MockSts } from "@agent-oauth/mock-sts";
import { conclude, type DemoResult } from "./demo-result.ts";
import { openLobEnvironment } from "./lob-environment.ts";
import { type Output, ProgressTable } from "./progress-table.ts";
import { ScriptedAgent } from "./scripted-agent.ts";

const USERS = [
  { user: "alice", tenant: "tenant-a" },
  { user: "bob", tenant: "tenant-a" },
  { user: "carol", tenant: "tenant-b" },
  { user: "dave", tenant: "tenant-b" },
] as const;
/** Tool calls of each user: before the token is revoked, until the certificate is rotated, and after that. */
const CALLS = [20, 15, 15] as const;
/** What it takes to get a token: the tenant's service token, its fragments, and the destination with the token in it. */
const TOKEN_ROUTES = ["xsuaa-token", "fragments", "destination"] as const;

/**
 * Runs an agent for the users of two tenants, with tokens through the Destination Service, and shows what goes over the
 * wire. Every answer is checked: it must be the right user's.
 *
 * @throws Error if a tool answered for the wrong user, or more tokens were requested than need be.
 */
export async function runLobDemo(output: Output): Promise<DemoResult> {
  await using environment = await openLobEnvironment();
  const { mock, flow, client } = environment;
  introduce(output, mock);
  const agents = await Promise.all(
    USERS.map(async ({ user, tenant }) => {
      const userToken = await mock.userToken({ sub: user, tenant });
      return new ScriptedAgent(client, { user, userToken, tenant });
    }),
  );
  const table = new ProgressTable(output, () => ({
    toolCalls: agents.reduce((sum, { calls }) => sum + calls, 0),
    httpRequests: mock.recorder.count(),
    tokenRequests: TOKEN_ROUTES.reduce((sum, route) => sum + mock.recorder.count({ route }), 0),
    cacheHits: environment.cacheHits,
  }));
  const work = (calls: number) => Promise.all(agents.map((agent) => agent.work(calls)));

  await table.row("each user's agent discovers the tools", () =>
    Promise.all(agents.map((agent) => agent.discover())),
  );
  await table.row("all four work at the same time", () => work(CALLS[0]));
  mock.controls.revoke({ subject: "alice" });
  await table.row("alice's token is revoked, all go on", () => work(CALLS[1]));
  await environment.writeBinding(await mock.issueDestinationCertificate());
  await flow.reloadBinding();
  mock.controls.revoke({ subject: "carol" });
  await table.row("certificate rotated, carol revoked", () => work(CALLS[2]));
  return conclude(output, mock, { ...table.total(), enough: ENOUGH });
}

/**
 * A service token a tenant; for each user the servers of the tenant, the fragment, and the destination with the token.
 * The last two once more for alice, and for carol, with a service token by the new certificate.
 */
const ENOUGH = 2 + 4 * 3 + 2 + 3;

function introduce(output: Output, mock: MockSts): void {
  const tenants = [...new Set(USERS.map(({ tenant }) => tenant))];
  const lines = tenants.map((tenant) => {
    const users = USERS.filter((user) => user.tenant === tenant).map(({ user }) => user);
    const servers = mock.tenants.find(({ subdomain }) => subdomain === tenant)?.mcpServers ?? [];
    return `  ${tenant}  ${users.join(", ")}; servers ${servers.map(({ name }) => name).join(", ")}`;
  });
  output.write(
    [
      "A line-of-business agent works for the users of two tenants, with tokens through the BTP Destination Service.",
      "",
      `  Destination Service  ${mock.url}  authenticates the agent by its binding's certificate`,
      `  gateway              ${mock.gatewayUrl}  takes a tenant's tokens for that tenant's servers only`,
      ...lines,
      "",
      "",
    ].join("\n"),
  );
}
