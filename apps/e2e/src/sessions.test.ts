import { describe, expect, it } from "vitest";
import { atOnce, openAgent } from "./agent.test-support.ts";

describe("a lost MCP session", () => {
  it.each(["cost-centers", "orders"])(
    "of %s is opened anew once, and no call under way fails",
    async (server) => {
      const agent = await openAgent();
      const userToken = await agent.signIn("alice");
      await agent.whoami(server, userToken);
      agent.mock.recorder.clear();

      const hold = agent.mock.controls.hold({ mcpMethod: "tools/call" });
      const calls = atOnce(20, () => agent.whoami(server, userToken));
      await hold.arrived(20);
      await agent.mock.controls.forgetSessions(server);
      hold.release();

      expect((await calls).map(({ sub }) => sub)).toEqual(Array(20).fill("alice"));
      expect(agent.mock.recorder.count({ mcpMethod: "initialize" })).toBe(1);
      expect(agent.mock.recorder.count({ mcpMethod: "tools/call", status: 404 })).toBe(20);
      expect(agent.mock.recorder.count({ mcpMethod: "tools/call", status: 200 })).toBe(20);
      expect(agent.tokenRequests()).toBe(0);
    },
  );

  it("does not end the calls that its server still works on", async () => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    await agent.whoami("cost-centers", userToken);
    const hold = agent.mock.controls.hold({ tool: "echo" });
    const echo = agent.tool("cost-centers", "echo");
    const siblings = atOnce(10, (index) =>
      agent.client.callMcpTool(echo, { text: `${index}` }, { userToken }),
    );
    await hold.arrived(10);
    agent.mock.recorder.clear();

    agent.mock.controls.failNext({ status: 404 }, { tool: "whoami" });
    await agent.whoami("cost-centers", userToken);
    expect(agent.mock.recorder.count({ mcpMethod: "initialize" })).toBe(1);
    expect(agent.mock.recorder.count({ method: "DELETE" })).toBe(0);

    hold.release();
    expect((await siblings).map(({ text }) => text)).toEqual([..."0123456789"]);
    expect(agent.mock.recorder.count({ tool: "echo" })).toBe(0);
    await agent.mock.recorder.waitFor({ method: "DELETE" });
  });

  it("is lost at all servers at once after a restart, and each opens one", async () => {
    const agent = await openAgent();
    const users = await Promise.all(["alice", "bob"].map(agent.signIn));
    const servers = ["cost-centers", "orders", "calendar"];
    const burst = () =>
      atOnce(60, (index) => agent.whoami(servers[index % 3] ?? "", users[index % 2] ?? ""));
    const before = await burst();
    await agent.mock.controls.forgetSessions();
    agent.mock.recorder.clear();
    expect(await burst()).toEqual(before);
    // Two users at the two servers that have sessions.
    expect(agent.mock.recorder.count({ mcpMethod: "initialize" })).toBe(4);
  });
});
