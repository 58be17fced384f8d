import { type McpAuthProvider, toMcpAuthProvider } from "@agent-oauth/core";
import { createPrincipalContext } from "@agent-oauth/node";
import {
  type AuthProvider,
  Client,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { describe, expect, expectTypeOf, it, onTestFinished } from "vitest";
import { openStsAgent } from "../sts/sts-agent.test-support.ts";

/** Opens an MCP client for each user, which share one provider: it learns from the context who is calling. */
async function openClients() {
  const { mock, source, exchanges } = await openStsAgent();
  const [server] = mock.sts.mcpServers;
  if (server === undefined) throw new Error("no server");
  const users = createPrincipalContext();
  const { url, audience } = server;
  const authProvider = toMcpAuthProvider(source, () => ({
    ...users.request(),
    audience: [audience],
  }));
  const connect = async (sub: string) => {
    const subjectToken = await mock.userToken({ sub });
    const client = new Client({ name: "agent", version: "1" });
    const options = { authProvider, fetch: source.fetch };
    const transport = new StreamableHTTPClientTransport(new URL(url), options);
    await users.run({ subjectToken }, () => client.connect(transport));
    onTestFinished(() => client.close());
    return () =>
      users.run({ subjectToken }, async () => {
        const { structuredContent } = await client.callTool({ name: "whoami", arguments: {} });
        return (structuredContent as { sub: string }).sub;
      });
  };
  return { mock, exchanges, asAlice: await connect("alice"), asBob: await connect("bob") };
}

describe("toMcpAuthProvider with the MCP SDK", () => {
  it("is an AuthProvider by structure", () => {
    expectTypeOf<McpAuthProvider>().toExtend<AuthProvider>();
  });

  it("gets one token for 4 parallel refusals, and each call succeeds", async () => {
    const { mock, exchanges, asAlice } = await openClients();
    mock.controls.revoke({ subject: "alice" });
    const before = exchanges();
    const subjects = await Promise.all([1, 2, 3, 4].map(() => asAlice()));
    expect(subjects).toEqual(["alice", "alice", "alice", "alice"]);
    expect(exchanges() - before).toBe(1);
    // The SDK's standing GET may be refused as well.
    expect(mock.recorder.count({ route: "mcp", status: 401 })).toBeGreaterThanOrEqual(4);
  });

  it("sends each user's own token, and replaces the refused one alone", async () => {
    const { mock, exchanges, asAlice, asBob } = await openClients();
    expect(exchanges()).toBe(2);
    mock.controls.revoke({ subject: "bob" });
    const calls = Array.from({ length: 40 }, (_, i) => (i % 2 ? asBob() : asAlice()));
    expect(await Promise.all(calls)).toEqual(calls.map((_, i) => (i % 2 ? "bob" : "alice")));
    expect(exchanges()).toBe(3);
  });
});
