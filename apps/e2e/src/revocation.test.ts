import { describe, expect, it } from "vitest";
import { atOnce, openAgent, rejection } from "./agent.test-support.ts";

const SERVERS = ["cost-centers", "orders", "calendar"];

describe("a revoked token", () => {
  it("costs one token request for a burst of tool calls, of which none fails", async () => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    for (const server of SERVERS) await agent.whoami(server, userToken);
    expect(agent.mock.controls.revoke({ subject: "alice" })).toBe(1);
    agent.mock.recorder.clear();

    const answers = await atOnce(60, (index) => agent.whoami(SERVERS[index % 3] ?? "", userToken));
    expect(new Set(answers.map(({ sub }) => sub))).toEqual(new Set(["alice"]));
    expect(new Set(answers.map(({ jti }) => jti)).size).toBe(1);
    expect(agent.tokenRequests()).toBe(1);
    const refused = agent.mock.recorder.count({ route: "mcp", status: 401 });
    expect(refused).toBeGreaterThan(0);
    expect(agent.mock.recorder.count({ mcpMethod: "tools/call" })).toBe(60 + refused);
    expect(agent.mock.recorder.count({ mcpMethod: "initialize" })).toBe(0);
  });

  it("is replaced while a session is being opened, too", async () => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    await agent.client.getUserAuth(userToken);
    agent.mock.controls.revoke("all");
    const answers = await atOnce(20, () => agent.whoami("cost-centers", userToken));
    expect(new Set(answers.map(({ sub }) => sub))).toEqual(new Set(["alice"]));
    expect(agent.tokenRequests()).toBe(2);
  });

  it("leaves the tokens of other users alone", async () => {
    const agent = await openAgent();
    const [alice, bob] = [await agent.signIn("alice"), await agent.signIn("bob")];
    await agent.whoami("calendar", alice);
    const before = await agent.whoami("calendar", bob);
    agent.mock.controls.revoke({ subject: "alice" });
    await atOnce(20, (index) => agent.whoami("calendar", index % 2 ? alice : bob));
    expect(await agent.whoami("calendar", bob)).toEqual(before);
    expect(agent.tokenRequests()).toBe(3);
  });
});

describe("a gateway that always answers 401", () => {
  it("does not make the agent hammer the token endpoint", async () => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    for (const server of SERVERS) await agent.whoami(server, userToken);
    agent.mock.controls.alwaysUnauthorized = true;
    agent.mock.recorder.clear();

    const errors = await atOnce(100, (index) =>
      rejection(agent.whoami(SERVERS[index % 3] ?? "", userToken)),
    );
    for (const error of errors) {
      expect(error).toMatchObject({ code: "ERR_TOKEN_REJECTED", retryable: false });
    }
    expect(String(errors[0])).toMatch(/refused.*new one.*issuer and audience|audience and issuer/);
    expect(agent.tokenRequests()).toBe(1);
    for (let call = 0; call < 20; call++) await rejection(agent.whoami("orders", userToken));
    expect(agent.tokenRequests()).toBe(1);
  });

  it("costs at most one token request each five seconds, and works again when it is well", async () => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    await agent.whoami("calendar", userToken);
    agent.mock.controls.alwaysUnauthorized = true;
    agent.mock.recorder.clear();
    for (let second = 0; second < 60; second++) {
      await rejection(agent.whoami("calendar", userToken));
      agent.advance(1_000);
    }
    expect(agent.tokenRequests()).toBeLessThanOrEqual(60 / 5);
    agent.mock.controls.alwaysUnauthorized = false;
    agent.advance(5_000);
    expect(await agent.whoami("calendar", userToken)).toMatchObject({ sub: "alice" });
  });

  it("is named in the error of a list, and does not hide the servers that are well", async () => {
    const agent = await openAgent();
    agent.mock.controls.alwaysUnauthorized = ["orders"];
    const { tools, failures } = await agent.client.listMcpTools({
      userToken: await agent.signIn("alice"),
    });
    expect(failures).toEqual([
      {
        ref: expect.objectContaining({ ordId: "sap.mock:apiResource:order:v1" }),
        reason: "failed",
        error: expect.objectContaining({ code: "ERR_TOKEN_REJECTED" }),
      },
    ]);
    expect(new Set(tools.map(({ serverName }) => serverName))).toEqual(
      new Set(["cost-centers", "calendar"]),
    );
  });
});
