import { describe, expect, it } from "vitest";
import { clientOf, serverOf, toolOf } from "./connected-client.test-support.ts";

const handshake = {
  session: ["POST server/discover", "POST initialize", "POST notifications/initialized"],
  sessionless: ["POST server/discover", "POST initialize", "POST notifications/initialized"],
  modern: ["POST server/discover"],
};

describe.each(["session", "sessionless", "modern"] as const)("with a %s server", (era) => {
  it("sends one HTTP request per tool call once it is connected", async () => {
    const server = await serverOf({ era });
    const { client, refs, tokens } = clientOf([server]);
    const { tools, failures } = await client.listMcpTools({ userToken: "alice" });
    expect(tools).toEqual([
      {
        name: "echo",
        description: "",
        inputSchema: { type: "object" },
        server: refs[0],
        serverName: "test server",
      },
    ]);
    expect(failures).toEqual([]);
    expect(server.take()).toEqual([...handshake[era], "POST tools/list"]);

    const tool = toolOf(tools);
    for (const n of [1, 2, 3]) {
      const result = await client.callMcpTool(tool, { n }, { userToken: "alice" });
      expect(result).toMatchObject({ isError: false, text: `echo {"n":${n}}` });
    }
    expect(server.take()).toEqual(Array(3).fill("POST tools/call"));
    expect(tokens.asked).toHaveLength(1);
  });

  it("connects once for concurrent calls of one user, and apart for each user", async () => {
    const server = await serverOf({ era });
    const { client, refs, tokens } = clientOf([server]);
    const calls = ["alice", "bob", "alice", "bob", "alice"].map((userToken) =>
      client.callMcpTool({ name: "echo", server: refs[0] }, { userToken }, { userToken }),
    );
    const results = await Promise.all(calls);
    expect(results.map(({ text }) => text)).toContain('echo {"userToken":"bob"}');
    for (const { rpc, body, authorization } of server.seen) {
      if (rpc !== "tools/call") continue;
      expect(authorization).toBe(
        JSON.stringify(body).includes('"bob"') ? "Bearer bob-1" : "Bearer alice-1",
      );
    }
    const requests = server.take();
    expect(requests).toHaveLength(2 * handshake[era].length + 5);
    expect(tokens.asked).toHaveLength(2);
  });
});
