import {
  Client,
  ClientCredentialsProvider,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { StsAgent } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import type { McpServerOptions } from "../servers/mcp-servers.ts";

const open = (name: string, options: Partial<McpServerOptions> = {}): McpServerOptions => ({
  name,
  ordId: `o:${name}`,
  globalTenantId: "1",
  audience: name,
  requireTokenFor: "tool-calls",
  ...options,
});

let mock: MockSts;
let agent: StsAgent;
beforeAll(async () => {
  mock = await startMockSts({
    clients: [{ clientId: "app", authentication: "client_secret_basic", clientSecret: "s" }],
    mcpServers: [
      open("sessions"),
      open("json", { answers: "json", pageSize: 2 }),
      open("stateless", { mode: "stateless" }),
    ],
  });
  agent = new StsAgent(mock);
});
afterEach(() => mock.recorder.clear());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

const rpc = (method: string, params = {}) =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
const call = rpc("tools/call", { name: "echo", arguments: { text: "x" } });

describe("a server that needs a token for tool calls only", () => {
  it.each(["sessions", "json", "stateless"])(
    "lets a client of the official SDK list openly at %s, and get a token for the first call",
    async (name) => {
      const client = new Client({ name: "a", version: "1" });
      const transport = new StreamableHTTPClientTransport(new URL(agent.mcpUrl(name)), {
        authProvider: new ClientCredentialsProvider({
          clientId: "app",
          clientSecret: "s",
          expectedIssuer: mock.sts.issuer,
        }),
        fetch: agent.fetch.bind(agent) as unknown as typeof globalThis.fetch,
      });
      await client.connect(transport);
      expect((await client.listTools()).tools).toHaveLength(5);
      expect(mock.recorder.count({ route: "sts-token" })).toBe(0);
      const { structuredContent } = await client.callTool({ name: "whoami", arguments: {} });
      expect(structuredContent).toMatchObject({ sub: "app", aud: agent.mcpUrl(name) });
      await client.close();
      expect(mock.recorder.count({ route: "sts-token" })).toBe(1);
    },
  );

  it.each([
    ["a tool call", call],
    ["a tool call in a batch", `[${rpc("ping")},${call}]`],
    ["a tool call behind many other messages", `[${`${rpc("ping")},`.repeat(40)}${call}]`],
    ["a tool call with an escaped name", call.replace("tools/call", "tools\\u002fcall")],
  ])("refuses %s without a token", async (_, body) => {
    const response = await agent.postMcp("stateless", {}, body);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).not.toContain("error");
    expect(mock.recorder.requests.at(-1)).toMatchObject({
      errorDescription: "the request has no access token",
    });
  });

  it("refuses a bad token and a misplaced one also where it needs none", async () => {
    const list = rpc("tools/list");
    const status = async (headers: Record<string, string>) =>
      (await agent.postMcp("stateless", headers, list)).status;
    expect(await status({})).toBe(200);
    expect(await status({ Authorization: "Bearer nonsense" })).toBe(401);
    const url = `${agent.mcpUrl("stateless")}?access_token=x`;
    expect((await agent.fetch(url, { method: "POST", body: list })).status).toBe(400);
  });

  it("is no server of the default", async () => {
    await using other = await startMockSts();
    await using stranger = new StsAgent(other);
    for (const { name } of [...other.mcpServers, ...other.sts.mcpServers]) {
      expect((await stranger.postMcp(name, {}, rpc("tools/list"))).status).toBe(401);
    }
  });

  it("must say which requests", () => {
    const mcpServers = [open("a", { requireTokenFor: "none" as "all" })];
    return expect(startMockSts({ mcpServers })).rejects.toThrow('"requireTokenFor" must be one of');
  });
});
