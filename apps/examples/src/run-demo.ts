import { type Output, ProgressTable } from "./progress-table.ts";
import { ScriptedAgent } from "./scripted-agent.ts";
import { openWorkplace, type Workplace } from "./workplace.ts";

const USERS = ["alice", "bob"] as const;
/** Tool calls of each user: before the token is revoked, until the certificate is rotated, and after that. */
const CALLS = [40, 30, 30] as const;

/** What the demo counted. */
export interface DemoResult {
  readonly toolCalls: number;
  readonly tokenRequests: number;
}

/**
 * Runs an agent for two users against three MCP servers behind a gateway that demands certificate-bound tokens, and
 * shows what goes over the wire. Every answer is checked: it must be the right user's.
 *
 * @throws Error if a tool answered for the wrong user, or more tokens were requested than need be.
 */
export async function runDemo(output: Output): Promise<DemoResult> {
  await using workplace = await openWorkplace();
  const { mock, flow, client } = workplace;
  introduce(output, workplace);
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
    cacheHits: workplace.cacheHits,
  }));
  const work = (calls: number) => Promise.all(agents.map((agent) => agent.work(calls)));

  await table.row("each user's agent discovers the tools", () =>
    Promise.all(agents.map((agent) => agent.discover())),
  );
  await table.row("both work at the same time", () => work(CALLS[0]));
  mock.controls.revoke({ subject: "alice" });
  await table.row("alice's token is revoked, both go on", () => work(CALLS[1]));
  const pair = await mock.issueClientCertificate();
  await workplace.writeCredentials(pair);
  await flow.reloadCredentials();
  await table.row("the client certificate is rotated", () => work(CALLS[2]));
  const total = table.total();

  output.write(`\nAccess tokens seen by the gateway, as fingerprints\n${tokensSeen(workplace)}\n`);
  const { toolCalls, tokenRequests } = total;
  // One token a user, one more for alice after the revocation, one more a user for the new certificate.
  if (tokenRequests > 5) throw new Error(`5 token requests would do, there were ${tokenRequests}`);
  output.write(`demo: ok, ${tokenRequests} token requests for ${toolCalls} tool calls\n`);
  return { toolCalls, tokenRequests };
}

function introduce(output: Output, { mock }: Workplace): void {
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

/** How many tokens each user had; the recorder knows them by fingerprint only. */
function tokensSeen({ mock }: Workplace): string {
  const tokens = new Map<string, Set<string>>();
  for (const { bearer } of mock.recorder.requests) {
    const user = bearer?.claims?.sub;
    if (user === undefined || bearer === undefined) continue;
    tokens.set(user, (tokens.get(user) ?? new Set()).add(bearer.fingerprint));
  }
  return [...tokens]
    .map(([user, fingerprints]) => `  ${user.padEnd(6)} ${[...fingerprints].join(", ")}\n`)
    .join("");
}
