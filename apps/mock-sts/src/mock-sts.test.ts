import { describe, expect, it } from "vitest";
import { jwtBearerForm, TestAgent } from "../test-support/agent.ts";
import { startMockSts } from "./mock-sts.ts";

/** Counted before any mock is started. */
const original = [globalThis.Request, globalThis.Response] as const;

describe("startMockSts", () => {
  it("leads an agent from its certificate to a tool call", async () => {
    await using mock = await startMockSts();
    await using agent = new TestAgent(mock);
    const { token } = await agent.requestToken();
    const client = await agent.connect("cost-centers", token);
    const result = await client.callTool({ name: "whoami", arguments: {} });
    await client.close();
    expect(result.structuredContent).toMatchObject({
      sub: "mock-agent",
      aud: "mock-agent-gateway",
      clientId: "mock-agent",
    });
  });

  it("lets a user's token reach a tool", async () => {
    await using mock = await startMockSts();
    await using agent = new TestAgent(mock);
    const assertion = await mock.userToken({ sub: "alice" });
    const { token } = await agent.requestToken(jwtBearerForm(assertion));
    const client = await agent.connect("orders", token);
    const result = await client.callTool({ name: "whoami", arguments: {} });
    await client.close();
    expect(result.structuredContent).toMatchObject({ sub: "alice" });
  });

  it("writes credentials that name every server of the gateway", async () => {
    await using mock = await startMockSts();
    const credentials = mock.credentials();
    expect(credentials).toMatchObject({
      tokenServiceUrl: mock.tokenEndpoint,
      clientid: "mock-agent",
      gatewayUrl: mock.gatewayUrl,
    });
    const urls = credentials.integrationDependencies.map(
      ({ ordId, globalTenantId }) => `${mock.gatewayUrl}/v1/mcp/${ordId}/${globalTenantId}`,
    );
    expect(urls).toEqual(mock.mcpServers.map(({ url }) => url));
  });

  it("puts another certificate into the credentials on request", async () => {
    await using mock = await startMockSts();
    const pair = await mock.issueClientCertificate();
    expect(mock.credentials(pair)).toMatchObject({
      certificate: pair.certificate,
      privateKey: pair.key,
    });
  });

  it("runs mocks side by side that know nothing of each other", async () => {
    await using one = await startMockSts();
    await using other = await startMockSts();
    await using agent = new TestAgent(one);
    const { token } = await agent.requestToken();
    expect(one.recorder.count()).toBe(1);
    expect(other.recorder.count()).toBe(0);
    await using foreign = new TestAgent(other);
    const response = await foreign.postMcp("orders", { Authorization: `Bearer ${token}` });
    expect(response.status).toBe(401);
    expect(one.ca).not.toBe(other.ca);
  });

  it("leaves the process's own Request and Response alone", async () => {
    await using mock = await startMockSts();
    await using agent = new TestAgent(mock);
    await agent.requestToken();
    expect(globalThis.Request).toBe(original[0]);
    expect(globalThis.Response).toBe(original[1]);
  });

  it("[6749-19] speaks TLS only, and goes on after a client that breaks off its handshake", async () => {
    await using mock = await startMockSts();
    await expect(fetch(mock.url)).rejects.toThrow(TypeError);
    await expect(fetch(mock.url.replace("https:", "http:"))).rejects.toThrow(TypeError);
    await using agent = new TestAgent(mock);
    expect((await agent.requestToken()).status).toBe(200);
    expect(mock.recorder.count()).toBe(1);
  });

  it("frees its ports when closed, also twice and with requests held", async () => {
    const mock = await startMockSts();
    await using agent = new TestAgent(mock);
    const hold = mock.controls.hold();
    const pending = agent.requestToken().catch((error: unknown) => error);
    await hold.arrived();
    await mock.close();
    await mock.close();
    expect(hold.waiting).toBe(0);
    await pending;
    const port = Number(new URL(mock.url).port);
    await using successor = await startMockSts({ port });
    expect(successor.url).toBe(mock.url);
  });

  it("fails for a taken port and leaves the other one free", async () => {
    await using mock = await startMockSts();
    const gatewayPort = Number(new URL(mock.gatewayUrl).port);
    const probe = await startMockSts();
    const port = Number(new URL(probe.url).port);
    await probe.close();
    await expect(startMockSts({ port, gatewayPort })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await using successor = await startMockSts({ port });
    expect(successor.url).toBe(probe.url);
  });
});
