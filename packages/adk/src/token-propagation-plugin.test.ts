import { inspect } from "node:util";
import {
  AgentTool,
  BasePlugin,
  type BaseTool,
  type Context,
  LlmAgent,
  MCPToolset,
} from "@google/adk";
import { describe, expect, it } from "vitest";
import { agentOf, answersOf, ScriptedLlm, textOf } from "./agent-run.test-support.ts";
import {
  type McpToolset,
  type McpToolsetOptions,
  type SubjectToken,
  TokenPropagationPlugin,
  type TokenPropagationPluginOptions,
} from "./index.ts";
import { startMcpServer } from "./mcp-server.test-support.ts";
import { scriptedTokens } from "./scripted-tokens.test-support.ts";
import { toolsetOf } from "./toolset.test-support.ts";

const calls = ["whoami"];

/** An agent whose toolset is registered with a plugin. */
async function propagating(
  options: TokenPropagationPluginOptions & {
    readonly toolset?: Partial<McpToolsetOptions>;
    readonly plugins?: BasePlugin[];
  } = {},
) {
  const server = await startMcpServer();
  const { toolset: ofToolset, plugins = [], ...ofPlugin } = options;
  const { toolset, tokens } = toolsetOf([server], ofToolset);
  const plugin = new TokenPropagationPlugin(ofPlugin);
  plugin.registerToolset(toolset);
  const agent = agentOf(toolset, [plugin, ...plugins]);
  return { server, tokens, toolset, plugin, agent };
}

/** Puts another user's token into the session state during the run, and keeps what a tool call was given. */
class Meddler extends BasePlugin {
  called: { tool: BaseTool; toolContext: Context } | undefined;

  constructor() {
    super("meddler");
  }

  override async beforeModelCallback({ callbackContext }: { callbackContext: Context }) {
    callbackContext.state.set("headers", { Authorization: "Bearer mallory" });
    return undefined;
  }

  override async beforeToolCallback(call: { tool: BaseTool; toolContext: Context }) {
    this.called = call;
    return undefined;
  }
}

describe("TokenPropagationPlugin", () => {
  it.each<[unknown, RegExp]>([
    [{ subject_token: () => "secret" }, /"subject_token"; did you mean "subjectToken"\?/],
    [{ maxRun: 5 }, /did you mean "maxRuns"\?/],
    [() => "secret", /must be a plain object, not a function/],
    [null, /not null/],
  ])("refuses the options %j", (options, message) => {
    expect(() => new TokenPropagationPlugin(options as never)).toThrow(TypeError);
    expect(() => new TokenPropagationPlugin(options as never)).toThrow(message);
    expect(() => new TokenPropagationPlugin(options as never)).not.toThrow("secret");
  });

  it("asks for the subject token once, when the run starts", async () => {
    const asked: string[] = [];
    const subjectToken: SubjectToken = ({ userId }) => `${userId}-${asked.push(userId)}`;
    const { agent, tokens } = await propagating({ subjectToken });
    const answers = await agent.run({ calls: ["whoami", "whoami"] });
    expect(answers.map(textOf)).toEqual(["Bearer alice-1#1", "Bearer alice-1#1"]);
    expect(asked).toEqual(["alice"]);
    expect(tokens.asked).toHaveLength(1);
  });

  it("asks no server: a run without a tool call exchanges nothing", async () => {
    const { agent, server, tokens } = await propagating({
      toolset: { systemTokens: scriptedTokens().source, listAs: "system" },
    });
    await agent.run({ user: "alice" });
    server.take();
    await agent.run({ user: "bob" });
    expect(server.seen).toEqual([]);
    expect(tokens.asked).toEqual([]);
  });

  it("keeps the token of the start, whatever becomes of the session state", async () => {
    const { agent } = await propagating({ plugins: [new Meddler()] });
    expect((await agent.run({ calls })).map(textOf)).toEqual(["Bearer alice#1"]);
  });

  it("never mixes up users, or tokens of one user, that share a session", async () => {
    const { agent } = await propagating();
    const tokens = ["alice-at-9", "alice-at-10", "bob"];
    const runs = tokens.map((token) =>
      agent.run({
        user: "shared",
        state: { headers: { authorization: `Bearer ${token}` } },
        calls,
      }),
    );
    expect((await Promise.all(runs)).flat().map(textOf)).toEqual(
      tokens.map((token) => `Bearer ${token}#1`),
    );
  });

  it("forgets the token at the end of the run", async () => {
    const meddler = new Meddler();
    const { agent, server } = await propagating({ plugins: [meddler] });
    await agent.run({ calls });
    server.take();
    const late = meddler.called?.tool.runAsync({
      args: {},
      toolContext: meddler.called.toolContext,
    });
    await expect(late).rejects.toMatchObject({ code: "ERR_TOKEN_NOT_READY" });
    expect(server.seen).toEqual([]);
  });

  it("keeps the latest runs only, since the end of a run may never be told", async () => {
    const { agent } = await propagating({ maxRuns: 2 });
    const runs = ["first", "second", "third"].map((user) => agent.events({ user, calls }));
    for (const events of runs) await events.next();
    const [first, second, third] = await Promise.allSettled(runs.map(answersOf));
    expect(first).toMatchObject({ status: "rejected", reason: { code: "ERR_TOKEN_NOT_READY" } });
    expect(
      [second, third].map((run) => run?.status === "fulfilled" && textOf(run.value[0])),
    ).toEqual(["Bearer second#1", "Bearer third#1"]);
  });

  it("tells only those who need the token that it could not be found, and nothing of the user's error", async () => {
    const subjectToken = () => {
      throw new Error("cannot parse s3cret");
    };
    const { agent, server } = await propagating({
      subjectToken,
      toolset: { systemTokens: scriptedTokens().source, listAs: "system" },
    });
    await agent.run();
    const answers = await agent.run({ calls });
    expect(answers).toEqual([
      { error: expect.stringContaining('the function "subjectToken" failed') },
    ]);
    expect(inspect(answers, { depth: 9 })).not.toContain("s3cret");
    expect(server.seen.filter(({ tool }) => tool !== undefined)).toEqual([]);
  });

  it("does not act for the user of an older run when an agent is used as a tool", async () => {
    const { plugin, toolset, server } = await propagating();
    const inner = new LlmAgent({ name: "helper", model: new ScriptedLlm(), tools: [toolset] });
    const agent = agentOf(new AgentTool({ agent: inner }), [plugin]);
    const [answer] = await agent.run({ calls: [{ name: "helper", args: { request: "[]" } }] });
    expect(answer).toEqual({
      error: expect.stringContaining("the plugin did not see the run start"),
    });
    expect(server.seen).toEqual([]);
  });

  it("registers our toolsets only, and each once", async () => {
    const { plugin, toolset } = await propagating();
    const stock = new MCPToolset({
      type: "StreamableHTTPConnectionParams",
      url: "https://orders.example/mcp",
    });
    expect(() => plugin.registerToolset(stock as unknown as McpToolset)).toThrow(
      /only McpToolset of @agent-oauth\/adk/,
    );
    expect(() => plugin.registerToolset(toolset)).toThrow(/already has a "subjectToken"/);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses maxRuns: %s", (maxRuns) => {
    expect(() => new TokenPropagationPlugin({ maxRuns })).toThrow(RangeError);
  });
});
