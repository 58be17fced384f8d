import { describe, expect, it } from "vitest";
import { agentOf, FaultyPlugin, textOf } from "./agent-run.test-support.ts";
import { McpServerTool } from "./index.ts";
import { startMcpServer, textResult, tool } from "./mcp-server.test-support.ts";
import { toolsetOf } from "./toolset.test-support.ts";

const what = (seen: readonly { what: string }[]) => seen.map((request) => request.what);

describe("McpToolset", () => {
  it("shows the model every page of tools, with their schemas as they are", async () => {
    const inputSchema = {
      type: "object" as const,
      properties: { id: { type: "integer", minimum: 1 } },
      additionalProperties: false,
    };
    const server = await startMcpServer({
      pages: [
        [tool("first", { description: "The first", inputSchema })],
        [tool("second")],
        [tool("third")],
      ],
    });
    const agent = agentOf(toolsetOf([server]).toolset);
    await agent.run();
    expect(agent.llm.requests[0]?.config?.tools).toEqual([
      {
        functionDeclarations: [
          { name: "first", description: "The first", parametersJsonSchema: inputSchema },
          { name: "second", description: "", parametersJsonSchema: { type: "object" } },
          { name: "third", description: "", parametersJsonSchema: { type: "object" } },
        ],
      },
    ]);
  });

  it("answers the model with all that the tool answered, once", async () => {
    const server = await startMcpServer({
      call: () => ({
        ...textResult("no such order"),
        structuredContent: { id: 17 },
        isError: true,
      }),
    });
    const agent = agentOf(toolsetOf([server]).toolset);
    expect(await agent.run({ calls: ["whoami"] })).toEqual([
      {
        content: [{ type: "text", text: "no such order" }],
        structuredContent: { id: 17 },
        isError: true,
      },
    ]);
  });

  it("costs one HTTP request per tool call in the steady state, and none without a call", async () => {
    const server = await startMcpServer();
    const { toolset, tokens } = toolsetOf([server]);
    const agent = agentOf(toolset);
    await agent.run({ calls: ["whoami"] });
    expect(tokens.asked).toHaveLength(1);
    server.take();
    await agent.run({ calls: ["whoami"] });
    expect(what(server.take())).toEqual(["POST tools/call"]);
    await agent.run();
    expect(what(server.take())).toEqual([]);
    expect(tokens.asked).toHaveLength(1);
    expect(server.sessions.size).toBe(1);
  });

  it("calls each tool as the user of its run, whoever runs at the time", async () => {
    const server = await startMcpServer();
    const { toolset, tokens } = toolsetOf([server]);
    const agent = agentOf(toolset);
    const users = Array.from({ length: 30 }, (_, index) => `user-${index % 10}`);
    const answers = await Promise.all(
      users.map((user, index) =>
        agent.run({ user, session: `s-${index}`, calls: ["whoami", "whoami", "whoami"] }),
      ),
    );
    expect(answers.map((run) => run.map(textOf))).toEqual(
      users.map((user) => Array(3).fill(`Bearer ${user}#1`)),
    );
    expect(tokens.asked).toHaveLength(10);
    const sessions = Map.groupBy(
      server.seen.filter(({ session }) => session !== undefined),
      ({ session }) => session,
    );
    const usersPerSession = [...sessions.values()].map(
      (requests) => new Set(requests.map(({ authorization }) => authorization)).size,
    );
    expect(usersPerSession).toEqual(Array(10).fill(1));
  });

  it("calls a tool that was listed for another user as the user of the call", async () => {
    const server = await startMcpServer();
    const { toolset } = toolsetOf([server]);
    const first = agentOf(toolset);
    await first.run({ user: "alice" });
    const listed = first.llm.requests[0]?.toolsDict.whoami as McpServerTool;
    const second = agentOf(listed);
    const [answer] = await second.run({ user: "bob", calls: ["whoami"] });
    expect(listed).toBeInstanceOf(McpServerTool);
    expect(listed.mcpTool.server.url).toBe(server.url);
    expect(textOf(answer)).toBe("Bearer bob#1");
  });

  it("leaves a call alone while other runs end, break off or throw", async () => {
    const called = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const server = await startMcpServer({
      pages: [[tool("whoami"), tool("slow")]],
      async call(name, { authorization }) {
        if (name === "slow") {
          called.resolve();
          await answer.promise;
        }
        return textResult(authorization);
      },
    });
    const faults = new FaultyPlugin();
    const agent = agentOf(toolsetOf([server]).toolset, [faults]);
    const slow = agent.run({ session: "slow", calls: ["slow"] });
    await called.promise;

    await agent.run({ session: "ends", calls: ["whoami"] });
    for await (const _ of agent.events({ session: "broken off", calls: ["whoami"] })) break;
    faults.armed = true;
    await expect(agent.run({ session: "throws", calls: ["whoami"] })).rejects.toThrow("armed");
    faults.armed = false;

    server.take();
    answer.resolve();
    expect((await slow).map(textOf)).toEqual(["Bearer alice#1"]);
    expect(server.sessions.size).toBe(1);
    await agent.run({ calls: ["whoami"] });
    expect(what(server.take())).toEqual(["POST tools/call"]);
  });

  it("replaces a token that the server refuses, once for all calls", async () => {
    const server = await startMcpServer();
    const { toolset, tokens } = toolsetOf([server]);
    const agent = agentOf(toolset);
    await agent.run({ calls: ["whoami"] });
    server.behaviour.refuse = ({ authorization }) =>
      authorization === "Bearer alice#1" ? 401 : undefined;
    server.take();
    const answers = await agent.run({ calls: ["whoami", "whoami"] });
    expect(answers.map(textOf)).toEqual(["Bearer alice#2", "Bearer alice#2"]);
    expect(tokens.refused).toEqual(["alice#1"]);
    expect(tokens.asked).toHaveLength(2);
    expect(server.take().map(({ authorization }) => authorization)).toEqual([
      "Bearer alice#1",
      "Bearer alice#2",
      "Bearer alice#2",
    ]);
  });

  it("opens a new session when the server has lost it", async () => {
    const server = await startMcpServer();
    const agent = agentOf(toolsetOf([server]).toolset);
    await agent.run({ calls: ["whoami"] });
    server.sessions.clear();
    const answers = await agent.run({ calls: ["whoami", "whoami"] });
    expect(answers.map(textOf)).toEqual(["Bearer alice#1", "Bearer alice#1"]);
    expect(server.sessions.size).toBe(1);
  });

  it("ends a call with its run", async () => {
    const called = Promise.withResolvers<void>();
    const server = await startMcpServer({
      call: () => {
        called.resolve();
        return new Promise(() => {});
      },
    });
    const agent = agentOf(toolsetOf([server]).toolset);
    const abort = new AbortController();
    const run = agent.run({ calls: ["whoami"], signal: abort.signal });
    await called.promise;
    abort.abort();
    expect(await run).toEqual([]);
  });
});
