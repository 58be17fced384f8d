import { describe, expect, it } from "vitest";
import { atOnce, openAgent } from "./agent.test-support.ts";

const SERVERS = ["cost-centers", "orders", "calendar"];
const CALLS = 60;

describe("the steady state", () => {
  it.each(SERVERS)(
    "of %s: N tool calls are N HTTP requests on open connections",
    async (server) => {
      const agent = await openAgent();
      const userToken = await agent.signIn("alice");
      await agent.whoami(server, userToken);
      // Nobody listens to the stream that a session may open, and servers close it again and again.
      expect(agent.mock.recorder.count({ route: "mcp", method: "GET" })).toBe(0);
      agent.mock.recorder.clear();
      for (let call = 0; call < CALLS; call++) await agent.whoami(server, userToken);
      const { requests, handshakes } = agent.mock.recorder;
      expect(requests).toHaveLength(CALLS);
      expect(requests.every(({ mcp }) => mcp?.methods.join() === "tools/call")).toBe(true);
      expect(requests.filter(({ tls }) => tls.newSocket)).toEqual([]);
      expect(handshakes).toBe(0);
    },
  );

  it("of two users and three servers in turn needs no more", async () => {
    const agent = await openAgent();
    const users = await Promise.all(["alice", "bob"].map(agent.signIn));
    const round = async (calls: number) => {
      for (let call = 0; call < calls; call++) {
        await agent.whoami(SERVERS[call % 3] ?? "", users[call % 2] ?? "");
      }
    };
    await round(6);
    agent.mock.recorder.clear();
    await round(CALLS);
    expect(agent.mock.recorder.count()).toBe(CALLS);
    expect(agent.mock.recorder.count({ mcpMethod: "tools/call", status: 200 })).toBe(CALLS);
    expect(agent.mock.recorder.handshakes).toBe(0);
  });

  it("of calls made at once needs one HTTP request each, too", async () => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    const burst = () => atOnce(30, (index) => agent.whoami(SERVERS[index % 3] ?? "", userToken));
    await burst();
    agent.mock.recorder.clear();
    await burst();
    expect(agent.mock.recorder.count()).toBe(30);
    expect(agent.mock.recorder.count({ mcpMethod: "tools/call" })).toBe(30);
  });
});
