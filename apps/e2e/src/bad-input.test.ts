import { createServer } from "node:net";
import { createAgentGatewayClient, type UserToken } from "@agent-oauth/client";
import { createCustomerMtlsFlow } from "@agent-oauth/customer-mtls";
import { fingerprint } from "@agent-oauth/mock-sts";
import { describe, expect, it, onTestFinished } from "vitest";
import { openAgent, openMock, rejection } from "./agent.test-support.ts";
import { listenUntilTestEnds } from "./server.test-support.ts";

describe("a user token that is none", () => {
  it.each([
    ["undefined", undefined],
    ["null", null],
    ["empty", ""],
    ["blank", " \t"],
    ["a scheme only", "Bearer "],
    ["a function that yields nothing", () => undefined],
    ["a function that yields an empty text", async () => ""],
  ])("(%s) is an error, and never becomes the system's", async (_name, value) => {
    const agent = await openAgent();
    const userToken = value as UserToken;
    const tool = agent.tool("calendar", "whoami");
    const errors = await Promise.all([
      rejection(agent.client.getUserAuth(userToken)),
      rejection(agent.client.callMcpTool(tool, {}, { userToken })),
      rejection(agent.client.listMcpTools({ userToken })),
    ]);
    for (const error of errors) {
      // What a function yields is no mistaken argument.
      const isFunction = typeof value === "function";
      expect(error).toMatchObject(
        isFunction ? { code: "ERR_TOKEN_SUBJECT_REQUIRED" } : { name: "TypeError" },
      );
      expect(String(error)).toMatch(/"userToken" (is|returned) .*; use .* if there is no user$/);
    }
    expect(agent.mock.recorder.handshakes).toBe(0);
  });

  it("is named by the server if it is another's, expired, or no JWT", async () => {
    const agent = await openAgent();
    const { mock } = agent;
    const tokens = [
      await mock.userToken({ sub: "alice", clientId: "another-client" }),
      await mock.userToken({ sub: "alice", expiresInMs: -60_000 }),
      await (await openMock()).userToken({ sub: "alice" }),
      "not-a-jwt",
    ];
    for (const token of tokens) {
      const error = await rejection(agent.whoami("calendar", token));
      expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError: "invalid_grant" });
      expect(String(error)).not.toContain(token);
    }
    expect(agent.mock.recorder.count({ listener: "gateway" })).toBe(0);
  });
});

describe("tool arguments", () => {
  it("reach the tool whatever they are called", async () => {
    const agent = await openAgent();
    const args = {
      tool: "t",
      args: { name: "n" },
      name: "x",
      server: "s",
      arguments: [1],
      _meta: { a: 1 },
      userToken: "u",
      principal: "p",
      tenant: "t",
      system: true,
      token: "k",
      auth_token: "a",
      signal: "s",
      timeoutMs: 1,
      onProgress: "o",
      options: {},
      self: 1,
      timeout: 5,
      request: {},
      constructor: "c",
      toString: "s",
      filter: null,
      authorization: "Bearer x",
    };
    const userToken = await agent.signIn("alice");
    for (const server of ["cost-centers", "calendar"]) {
      const { text } = await agent.client.callMcpTool(agent.tool(server, "mirror"), args, {
        userToken,
      });
      expect(JSON.parse(text)).toEqual(args);
    }
    expect(agent.mock.recorder.count({ grant: "client_credentials" })).toBe(0);
  });
});

describe("where a token may go", () => {
  it("is no http: token endpoint, which is not even connected to", async () => {
    const { port, connections } = await openPlainServer();
    const mock = await openMock();
    const tokenServiceUrl = `http://localhost:${port}/oauth2/token`;
    const credentials = { ...mock.credentials(), tokenServiceUrl };
    const error = await rejection(createCustomerMtlsFlow({ credentials }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG" });
    expect(String(error)).toMatch(/tokenServiceUrl.*must be https:, unless "allowInsecureHosts"/);
    expect(connections()).toBe(0);
  });

  it("is no http: gateway or server either", async () => {
    const { port, connections } = await openPlainServer();
    const mock = await openMock();
    const gatewayUrl = `http://localhost:${port}`;
    const error = await rejection(
      createCustomerMtlsFlow({ credentials: { ...mock.credentials(), gatewayUrl } }),
    );
    expect(String(error)).toMatch(/gatewayUrl.*must be https:/);

    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    const server = { name: "plain", url: `${gatewayUrl}/mcp` };
    const call = agent.client.callMcpTool({ name: "whoami", server }, {}, { userToken });
    expect(String(await rejection(call))).toMatch(/https/);
    expect(connections()).toBe(0);
  });

  it("is the gateway that it is for: another origin never sees it", async () => {
    const elsewhere = await openMock();
    const agent = await openAgent({ trusts: [elsewhere] });
    const userToken = await agent.signIn("alice");
    const { token } = await agent.client.getUserAuth(userToken);
    const [server] = elsewhere.mcpServers;
    if (server === undefined) throw new Error("there are servers");
    const tool = { name: "whoami", server };
    const error = await rejection(agent.client.callMcpTool(tool, {}, { userToken }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_ORIGIN", retryable: false });
    expect(String(error)).toContain(elsewhere.gatewayUrl);
    expect(elsewhere.recorder.count()).toBe(0);

    // With the origin allowed the same call arrives: the server was there to be asked.
    const trusting = createAgentGatewayClient({
      flow: agent.flow,
      allowOrigins: [elsewhere.gatewayUrl],
    });
    onTestFinished(() => trusting.close());
    await rejection(trusting.callMcpTool(tool, {}, { userToken }));
    const seen = elsewhere.recorder.requests.map(({ bearer }) => bearer?.fingerprint);
    expect(seen).toContain(fingerprint(token));
  });

  it("is not where a server redirects to", async () => {
    const elsewhere = await openMock();
    const agent = await openAgent({ trusts: [elsewhere] });
    const userToken = await agent.signIn("alice");
    await agent.whoami("calendar", userToken);
    for (const status of [302, 307, 308]) {
      const location = elsewhere.mcpServers[2]?.url ?? "";
      agent.mock.controls.failNext({ status, headers: { location }, body: "" }, { tool: "whoami" });
      expect(await rejection(agent.whoami("calendar", userToken))).toBeInstanceOf(Error);
    }
    expect(elsewhere.recorder.handshakes).toBe(0);
  });
});

describe("hostile ORD ids and tenants", () => {
  it.each([
    "../../oauth2/token",
    "..",
    "a/b",
    "a\\b",
    "a?b=c",
    "a#b",
    "a\r\nx: y",
    "a\u2028b",
    "",
    " ",
  ])("%j is refused before anything is sent", async (id) => {
    const mock = await openMock();
    for (const dependency of [
      { ordId: id, globalTenantId: "250695" },
      { ordId: "sap.mock:apiResource:order:v1", globalTenantId: id },
    ]) {
      const credentials = { ...mock.credentials(), integrationDependencies: [dependency] };
      const error = await rejection(createCustomerMtlsFlow({ credentials, ca: mock.ca }));
      expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG" });
      expect(String(error)).toMatch(/integrationDependencies/);
    }
    expect(mock.recorder.handshakes).toBe(0);
  });

  it.each(["a b", "ü:ß", "%2e%2e%2f", "a&b=c;d", "a@b:c", "x%", '"<>', "...", "💶"])(
    "%j arrives as it is",
    async (id) => {
      const mcpServers = [{ name: "odd", ordId: id, globalTenantId: id }];
      const agent = await openAgent({ mock: { mcpServers } });
      const { tools } = await agent.client.listMcpTools({
        userToken: await agent.signIn("alice"),
        filter: { ordIds: [id] },
      });
      expect(tools).toHaveLength(5);
      expect(agent.mock.recorder.count({ route: "unknown" })).toBe(0);
    },
  );
});

/** A server without TLS that counts who connects. */
async function openPlainServer() {
  let count = 0;
  const server = createServer((socket) => {
    count++;
    socket.destroy();
  });
  const port = await listenUntilTestEnds(server);
  return { port, connections: () => count };
}
