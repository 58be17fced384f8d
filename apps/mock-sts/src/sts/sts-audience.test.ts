import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM, TestAgent } from "../../test-support/agent.ts";
import { StsAgent } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

let mock: MockSts;
let agent: StsAgent;
beforeAll(async () => {
  mock = await startMockSts({ sts: { publicClient: true } });
  agent = new StsAgent(mock);
});
afterEach(() => {
  mock.controls.reset();
  mock.recorder.clear();
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

function serverOf(name: string) {
  const server = mock.sts.mcpServers.find((candidate) => candidate.name === name);
  if (server === undefined) throw new Error(`No MCP server ${name}`);
  return server;
}

async function tokenFor(fields: Record<string, string>): Promise<string> {
  const subject = await mock.userToken({ sub: "alice" });
  return (await agent.exchange({ subject_token: subject, ...fields })).token;
}

describe("MCP servers with an audience of their own", () => {
  it("take a token for their audience or their URL, and tell a tool who calls", async () => {
    const { url } = serverOf("tickets");
    for (const [field, value] of [
      ["audience", "tickets"],
      ["resource", url],
    ] as const) {
      const client = await agent.connect("tickets", await tokenFor({ [field]: value }));
      const { structuredContent } = await client.callTool({ name: "whoami", arguments: {} });
      expect(structuredContent).toMatchObject({ sub: "alice", aud: value });
      await client.close();
    }
  });

  it("[9728-10] refuse a token for another audience, for none, and the gateway's own", async () => {
    await using customer = new TestAgent(mock);
    const tokens = [
      await tokenFor({ audience: "payroll" }),
      await tokenFor({ resource: serverOf("payroll").url }),
      await tokenFor({}),
      (await customer.requestToken(CLIENT_CREDENTIALS_FORM)).token,
    ];
    for (const token of tokens) {
      const response = await agent.postMcp("tickets", { Authorization: `Bearer ${token}` });
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
      await response.body?.cancel();
    }
    expect(mock.recorder.count({ mcpServer: "tickets", error: "invalid_token" })).toBe(4);
  });

  it("are refused by the rest of the gateway", async () => {
    const token = await tokenFor({ audience: "tickets" });
    const response = await agent.postMcp("orders", { Authorization: `Bearer ${token}` });
    expect(response.status).toBe(401);
    await response.body?.cancel();
  });

  it("name the token exchange service in their metadata (RFC 9728)", async () => {
    const { url } = serverOf("payroll");
    const { origin, pathname } = new URL(url);
    const response = await agent.fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`);
    expect(await response.json()).toMatchObject({
      resource: url,
      authorization_servers: [mock.sts.issuer],
    });
  });

  it("are none of Agent Gateway's: no credentials and no list names them", () => {
    expect(mock.sts.mcpServers.map(({ name }) => name)).toEqual(["tickets", "payroll"]);
    expect(mock.mcpServers.map(({ name }) => name)).toEqual(["cost-centers", "orders", "calendar"]);
    expect(mock.credentials().integrationDependencies).toHaveLength(3);
  });
});

describe("whoami", () => {
  it("[8693-15] names the last actor; those before it are history (RFC 8693 §4.1)", async () => {
    const subject_token = await mock.userToken({
      sub: "alice",
      claims: { act: { sub: "first" } },
    });
    const actor = { actor_token: await mock.userToken({ sub: "second" }) };
    const { token } = await agent.exchange({
      subject_token,
      ...actor,
      audience: ["tickets", "payroll"],
      actor_token_type: "urn:ietf:params:oauth:token-type:jwt",
    });
    const client = await agent.connect("tickets", token);
    const { structuredContent } = await client.callTool({ name: "whoami", arguments: {} });
    expect(structuredContent).toMatchObject({ aud: ["tickets", "payroll"], actor: "second" });
    await client.close();
  });
});

describe("records of exchanges", () => {
  it("can be counted by audience and by subject, without the tokens", async () => {
    const subject = await mock.userToken({ sub: "alice" });
    const actor = await mock.userToken({ sub: "agent" });
    await agent.exchange({
      subject_token: subject,
      audience: ["tickets", "payroll"],
      actor_token: actor,
      actor_token_type: "urn:ietf:params:oauth:token-type:jwt",
    });
    const route = "sts-token";
    for (const audience of ["tickets", "payroll"]) {
      expect(mock.recorder.count({ route, audience, subject: "alice" })).toBe(1);
    }
    expect(mock.recorder.count({ route, audience: "other" })).toBe(0);
    expect(mock.recorder.count({ route, subject: "bob" })).toBe(0);
    const [record] = mock.recorder.requests;
    expect(record).toMatchObject({
      grant: "urn:ietf:params:oauth:grant-type:token-exchange",
      clientId: "mock-public-client",
      subjectToken: { claims: { sub: "alice" } },
      actorToken: { claims: { sub: "agent" } },
      issued: { claims: { sub: "alice", aud: ["tickets", "payroll"] } },
    });
    const text = JSON.stringify(record);
    for (const token of [subject, actor]) expect(text).not.toContain(token);
  });
});
