import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM, jwtBearerForm, TestAgent } from "../../test-support/agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

let mock: MockSts;
let agent: TestAgent;
let token: string;
beforeAll(async () => {
  mock = await startMockSts();
  agent = new TestAgent(mock);
  token = (await agent.requestToken()).token;
});
afterEach(() => mock.recorder.clear());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

const methods = () => mock.recorder.requests.flatMap(({ mcp }) => mcp?.methods ?? []);

describe("MCP servers with sessions", () => {
  it.each(["cost-centers", "orders"])("%s keeps one session for many calls", async (server) => {
    const client = await agent.connect(server, token);
    await client.callTool({ name: "echo", arguments: { text: "one" } });
    const { content } = await client.callTool({ name: "echo", arguments: { text: "two" } });
    await client.close();
    expect(content).toEqual([{ type: "text", text: "two" }]);
    expect(methods()).toEqual([
      "initialize",
      "notifications/initialized",
      "tools/call",
      "tools/call",
    ]);
  });

  it("lets a client that probes for the newer revision fall back", async () => {
    const client = await agent.connect("orders", token, { versionNegotiation: { mode: "auto" } });
    await client.callTool({ name: "whoami", arguments: {} });
    await client.close();
    expect(methods()).toEqual([
      "server/discover",
      "initialize",
      "notifications/initialized",
      "tools/call",
    ]);
  });

  it("responds to an unknown session with 404", async () => {
    const headers = { Authorization: `Bearer ${token}`, "Mcp-Session-Id": "unknown" };
    expect((await agent.postMcp("orders", headers)).status).toBe(404);
  });

  it("responds with 400 to a request that begins no session", async () => {
    const response = await agent.postMcp("orders", { Authorization: `Bearer ${token}` });
    expect(response.status).toBe(400);
  });

  it("ends a session on DELETE", async () => {
    const session = await openSession("orders", token);
    expect(await useSession(session, token)).toBe(200);
    const headers = { Authorization: `Bearer ${token}`, "Mcp-Session-Id": session };
    const ended = await agent.fetch(agent.mcpUrl("orders"), { method: "DELETE", headers });
    expect(ended.status).toBe(200);
    expect(await useSession(session, token)).toBe(404);
  });

  it("forgets the sessions of one server, or of all", async () => {
    const session = await openSession("orders", token);
    await mock.controls.forgetSessions("cost-centers");
    expect(await useSession(session, token)).toBe(200);
    await mock.controls.forgetSessions();
    expect(await useSession(session, token)).toBe(404);
    await expect(mock.controls.forgetSessions("nobody")).rejects.toThrow(/nobody/);
  });

  it("keeps a session to the user who opened it, over new tokens", async () => {
    const tokenOf = async (sub: string) =>
      (await agent.requestToken(jwtBearerForm(await mock.userToken({ sub })))).token;
    const session = await openSession("orders", await tokenOf("alice"));
    expect(await useSession(session, await tokenOf("alice"))).toBe(200);
    expect(await useSession(session, await tokenOf("bob"))).toBe(404);
  });

  it("checks the token of every request, not only the first", async () => {
    const session = await openSession("orders", token);
    expect(await useSession(session, "another-token")).toBe(401);
  });
});

const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "test", version: "1" },
  },
};

async function openSession(server: string, bearer: string): Promise<string> {
  const headers = { Authorization: `Bearer ${bearer}` };
  const response = await agent.postMcp(server, headers, JSON.stringify(initialize));
  return response.headers.get("mcp-session-id") ?? "";
}

async function useSession(session: string, bearer: string): Promise<number> {
  const headers = { Authorization: `Bearer ${bearer}`, "Mcp-Session-Id": session };
  return (await agent.postMcp("orders", headers)).status;
}

describe("MCP servers without sessions", () => {
  it("support the revision of 2026-07-28 with one request per call", async () => {
    const client = await agent.connect("calendar", token, { versionNegotiation: { mode: "auto" } });
    await client.callTool({ name: "whoami", arguments: {} });
    await client.callTool({ name: "whoami", arguments: {} });
    expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
    await client.close();
    expect(methods()).toEqual(["server/discover", "tools/call", "tools/call"]);
  });

  it("support earlier revisions without a session id", async () => {
    const headers = { Authorization: `Bearer ${token}` };
    const response = await agent.postMcp("calendar", headers, JSON.stringify(initialize));
    expect(response.status).toBe(200);
    expect(response.headers.get("mcp-session-id")).toBeNull();
  });
});

describe("tools", () => {
  it("come on pages of the size configured", async () => {
    const client = await agent.connect("orders", token);
    const { tools } = await client.listTools();
    await client.close();
    expect(tools.map(({ name }) => name)).toEqual([
      "whoami",
      "echo",
      "mirror",
      "lookup_order",
      "report_orders",
    ]);
    expect(methods().filter((method) => method === "tools/list")).toHaveLength(3);
  });

  it.each(["", "x", "-1", "99", "0.5"])("refuse the cursor %j", async (cursor) => {
    const client = await agent.connect("orders", token);
    await expect(client.listTools({ cursor })).rejects.toThrow(/cursor/);
    await client.close();
  });

  it("describe their input by a schema, alike with pages and without", async () => {
    const paged = await listTools("orders");
    const whole = await listTools("cost-centers");
    // The first three tools are on every server.
    expect(paged.slice(0, 3)).toEqual(whole.slice(0, 3));
    const lookup = (tools: typeof paged) => tools.find(({ name }) => name.startsWith("lookup_"));
    for (const tools of [paged, whole]) {
      expect(lookup(tools)?.inputSchema).toMatchObject({
        type: "object",
        properties: { id: { type: "string", minLength: 1 } },
        required: ["id"],
      });
      expect(lookup(tools)?.outputSchema).toMatchObject({ properties: { id: { type: "string" } } });
    }
  });

  async function listTools(server: string) {
    const client = await agent.connect(server, token);
    const { tools } = await client.listTools();
    await client.close();
    return tools;
  }

  it("refuse arguments that break the schema", async () => {
    const client = await agent.connect("orders", token);
    const outcome = client.callTool({ name: "lookup_order", arguments: { id: 4711 } });
    expect(await outcome).toMatchObject({ isError: true });
    await client.close();
  });

  it("return structured content, several blocks, errors and arguments of any name", async () => {
    const client = await agent.connect("orders", token);
    const call = (name: string, args = {}) => client.callTool({ name, arguments: args });
    expect(await call("lookup_order", { id: "4711" })).toMatchObject({
      structuredContent: { id: "4711", customer: "Blue Whale Books" },
    });
    expect(await call("lookup_order", { id: "0" })).toMatchObject({ isError: true });
    expect((await call("report_orders")).content).toHaveLength(5);
    const hostile = { tool: 1, userToken: "x", timeout: 2, self: null, __proto__x: true };
    const { content } = await call("mirror", hostile);
    expect(JSON.parse((content[0] as { text: string }).text)).toEqual(hostile);
    await client.close();
  });

  it("see the user of each call", async () => {
    const assertion = await mock.userToken({ sub: "alice" });
    for (const form of [jwtBearerForm(assertion), CLIENT_CREDENTIALS_FORM]) {
      const client = await agent.connect("cost-centers", (await agent.requestToken(form)).token);
      const { structuredContent } = await client.callTool({ name: "whoami", arguments: {} });
      await client.close();
      const sub = "assertion" in form ? "alice" : "mock-agent";
      expect(structuredContent).toMatchObject({ sub, clientId: "mock-agent" });
    }
  });
});
