import { createFakeClock } from "@agent-oauth/core/testing";
import { getLogger, type Logger, setLogger } from "@google/adk";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { agentOf, textOf } from "./agent-run.test-support.ts";
import type { McpServerTool } from "./index.ts";
import { SENTINEL, startMcpServer, tool } from "./mcp-server.test-support.ts";
import { scriptedTokens } from "./scripted-tokens.test-support.ts";
import { refOf, toolsetOf } from "./toolset.test-support.ts";

const lists = (server: Awaited<ReturnType<typeof startMcpServer>>) =>
  server.take().filter(({ what }) => what === "POST tools/list").length;

/** The names of the tools that the model last saw. */
function shown({ llm }: ReturnType<typeof agentOf>): string[] {
  return Object.keys(llm.requests.at(-1)?.toolsDict ?? {});
}

describe("McpToolset lists tools", () => {
  it.each([async () => false, async () => Promise.reject(new Error("no")), () => undefined])(
    "never by a filter that does not say true or false: %s",
    async (toolFilter) => {
      const { toolset } = toolsetOf([await startMcpServer()], { toolFilter: toolFilter as never });
      const agent = agentOf(toolset);
      const run = agent.run({ user: "alice" });
      await expect(run).rejects.toMatchObject({ code: "ERR_TOKEN_PROVIDER" });
      await expect(run).rejects.toThrow('"toolFilter" must return true or false');
    },
  );

  it("once for all users with listAs: system, so that a run without a tool call exchanges nothing", async () => {
    const server = await startMcpServer();
    const systemTokens = scriptedTokens();
    const { toolset, tokens } = toolsetOf([server], {
      systemTokens: systemTokens.source,
      listAs: "system",
      toolFilter: (_, { userId }) => userId !== "",
    });
    const agent = agentOf(toolset);
    await Promise.all(["alice", "bob"].map((user) => agent.run({ user })));
    expect(tokens.asked).toEqual([]);
    expect(systemTokens.asked).toHaveLength(1);
    expect(lists(server)).toBe(1);
    const [answer] = await agent.run({ user: "bob", calls: ["whoami"] });
    expect(textOf(answer)).toBe("Bearer bob#1");
    expect(await toolset.getTools()).toHaveLength(1);
  });

  it("for each user what the server shows that user", async () => {
    const server = await startMcpServer({
      refuse: ({ what, authorization }) => {
        const extra = authorization?.startsWith("Bearer admin") ? [tool("delete")] : [];
        if (what === "POST tools/list") server.behaviour.pages = [[tool("whoami"), ...extra]];
        return undefined;
      },
    });
    const agent = agentOf(toolsetOf([server]).toolset);
    await agent.run({ user: "admin" });
    expect(shown(agent)).toEqual(["whoami", "delete"]);
    await agent.run({ user: "alice" });
    expect(shown(agent)).toEqual(["whoami"]);
  });

  it("anew when a list is too old, and when it had to go for those of other users", async () => {
    const server = await startMcpServer();
    const clock = createFakeClock();
    const { toolset } = toolsetOf([server], { clock, listLifetimeMs: 5_000, maxLists: 2 });
    const agent = agentOf(toolset);
    await agent.run();
    clock.advance(4_999);
    await agent.run();
    expect(lists(server)).toBe(1);
    clock.advance(1);
    await agent.run();
    expect(lists(server)).toBe(1);
    await agent.run({ user: "bob" });
    await agent.run({ user: "alice" });
    await agent.run({ user: "carol" });
    expect(lists(server)).toBe(2);
    await agent.run({ user: "alice" });
    expect(lists(server)).toBe(0);
    await agent.run({ user: "bob" });
    expect(lists(server)).toBe(1);
  });

  it("once for a user whose token is renewed, if the user has a name", async () => {
    const server = await startMcpServer();
    const { toolset } = toolsetOf([server], { principal: ({ userId }) => userId });
    const agent = agentOf(toolset);
    const state = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    await agent.run({ state: state("alice-at-9"), calls: ["whoami"] });
    server.take();
    const [answer] = await agent.run({ state: state("alice-at-10"), calls: ["whoami"] });
    expect(textOf(answer)).toBe("Bearer alice-at-10#1");
    expect(server.take().map(({ what }) => what)).toEqual(["POST tools/call"]);
  });

  it("for each tenant", async () => {
    const server = await startMcpServer();
    const { toolset, tokens } = toolsetOf([server], { tenant: ({ sessionId }) => sessionId });
    const agent = agentOf(toolset);
    await agent.run({ session: "tenant-1" });
    await agent.run({ session: "tenant-2", calls: ["whoami"] });
    expect(lists(server)).toBe(2);
    expect(tokens.asked.map(({ tenant }) => tenant)).toEqual(["tenant-1", "tenant-2"]);
  });

  it("without a server that fails, which it logs and asks again after ten seconds", async () => {
    const warnings = loggedWarnings();
    const good = await startMcpServer();
    const bad = await startMcpServer({ pages: [[tool("late")]], refuse: () => 503 });
    const clock = createFakeClock();
    const { toolset } = toolsetOf([good, bad], {
      clock,
      refs: [refOf(good), refOf(bad, { name: "stock" })],
    });
    const agent = agentOf(toolset);
    const [answer] = await agent.run({ calls: ["whoami"] });
    expect(textOf(answer)).toBe("Bearer alice#1");
    expect(warnings).toEqual([expect.stringMatching(/"stock" are left out: .*503/)]);
    expect(warnings.join()).not.toContain(SENTINEL);
    bad.behaviour.refuse = () => undefined;
    clock.advance(9_999);
    await agent.run();
    expect(shown(agent)).toEqual(["whoami"]);
    clock.advance(1);
    await agent.run();
    expect(shown(agent)).toEqual(["whoami", "late"]);
  });

  it("or fails the run if no server answers, and asks again at the next", async () => {
    const server = await startMcpServer({ refuse: () => 503 });
    const agent = agentOf(toolsetOf([server]).toolset);
    await expect(agent.run()).rejects.toMatchObject({ code: "ERR_TOKEN_HTTP", status: 503 });
    server.behaviour.refuse = () => undefined;
    await agent.run();
    expect(shown(agent)).toEqual(["whoami"]);
  });

  it("or none, if that is said, and asks again after ten seconds", async () => {
    const server = await startMcpServer({ refuse: () => 503 });
    const clock = createFakeClock();
    const agent = agentOf(toolsetOf([server], { failures: "return", clock }).toolset);
    await agent.run();
    expect(shown(agent)).toEqual([]);
    server.behaviour.refuse = () => undefined;
    clock.advance(9_999);
    await agent.run();
    expect(shown(agent)).toEqual([]);
    clock.advance(1);
    await agent.run();
    expect(shown(agent)).toEqual(["whoami"]);
  });

  it("without a tool that cannot be used, which it logs once: the server would say the same again", async () => {
    const warnings = loggedWarnings();
    const odd = { name: "odd", inputSchema: { type: "string" } } as never;
    const server = await startMcpServer({ pages: [[odd, tool("whoami")]] });
    const clock = createFakeClock();
    const agent = agentOf(toolsetOf([server], { clock }).toolset);
    await agent.run();
    clock.advance(299_999);
    await agent.run();
    expect(shown(agent)).toEqual(["whoami"]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^A tool of the MCP server "orders" is left out: .*"odd".*"inputSchema.type"/,
      ),
    ]);
    expect(lists(server)).toBe(1);
  });

  it.each([null, "none"])("never with %j for what to do with failures", (failures) => {
    expect(() => toolsetOf([], { failures: failures as never })).toThrow('"failures"');
  });

  it.each([
    ["names", { toolFilter: ["o_b"] }, ["o_b"]],
    [
      "a function",
      { toolFilter: (one: unknown) => (one as McpServerTool).mcpTool.name !== "b" },
      ["o_a", "o_c"],
    ],
    ["the servers' own names", { filter: { names: ["c"] } }, ["o_c"]],
  ])("filtered by %s, with a prefix", async (_, options, expected) => {
    const server = await startMcpServer({ pages: [[tool("a"), tool("b"), tool("c")]] });
    const agent = agentOf(toolsetOf([server], { ...options, prefix: "o" }).toolset);
    await agent.run({ calls: [expected[0] ?? ""] });
    expect(shown(agent)).toEqual(expected);
    expect(server.seen.map((request) => request.tool).filter(Boolean)).toEqual([
      expected[0]?.slice(2),
    ]);
  });

  it("not without a user", async () => {
    const server = await startMcpServer();
    const { toolset } = toolsetOf([server]);
    await expect(toolset.getTools()).rejects.toMatchObject({ code: "ERR_TOKEN_SUBJECT_REQUIRED" });
    await expect(agentOf(toolset).run({ state: {} })).rejects.toMatchObject({
      code: "ERR_TOKEN_SUBJECT_REQUIRED",
    });
    expect(server.seen).toEqual([]);
  });
});

function loggedWarnings(): string[] {
  const warnings: string[] = [];
  const before = getLogger();
  const quiet = {
    log: vi.fn(),
    debug: vi.fn(),
    info: vi.fn(),
    error: vi.fn(),
    setLogLevel: vi.fn(),
  };
  setLogger({ ...quiet, warn: (text: string) => void warnings.push(text) } as Logger);
  onTestFinished(() => setLogger(before));
  return warnings;
}
