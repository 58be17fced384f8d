import { inspect } from "node:util";
import { cachingTokenSource, fromTokenProvider, staticTokenSource } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { agentOf, textOf } from "./agent-run.test-support.ts";
import { SENTINEL, startMcpServer, tool } from "./mcp-server.test-support.ts";
import { scriptedTokens } from "./scripted-tokens.test-support.ts";
import { refOf, toolsetOf } from "./toolset.test-support.ts";

const authorizations = (seen: readonly { authorization: string | undefined }[]) =>
  seen.map(({ authorization }) => authorization);

describe("McpToolset exchanges", () => {
  it("once per user and audience: the tool's, or else the server's", async () => {
    const orders = await startMcpServer({ pages: [[tool("read"), tool("cancel")]] });
    const stock = await startMcpServer({ pages: [[tool("count")]] });
    const { toolset, tokens } = toolsetOf([orders, stock], {
      refs: [
        refOf(orders, {
          request: { audience: ["orders"] },
          tools: { cancel: { audience: ["admin"] } },
        }),
        refOf(stock, { name: "stock", request: { audience: ["stock"] } }),
      ],
    });
    const agent = agentOf(toolset);
    const calls = ["read", "cancel", "count", "read", "cancel", "count"];
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => agent.run({ session: `s-${index}`, calls })),
    );
    const once = ["Bearer alice@orders#1", "Bearer alice@admin#1", "Bearer alice@stock#1"];
    expect(answers.map((run) => run.map(textOf))).toEqual(Array(10).fill([...once, ...once]));
    expect(tokens.asked.map(({ audience }) => audience?.[0]).sort()).toEqual([
      "admin",
      "orders",
      "stock",
    ]);
  });

  it("nothing when it propagates", async () => {
    const server = await startMcpServer();
    const agent = agentOf(
      toolsetOf([server], {
        tokens: fromTokenProvider(async ({ subjectToken = "" }) => ({ token: subjectToken })),
      }).toolset,
    );
    expect((await agent.run({ calls: ["whoami"] })).map(textOf)).toEqual(["Bearer alice"]);
    server.behaviour.refuse = () => 401;
    expect(await agent.run({ calls: ["whoami"] })).toEqual([
      { error: expect.stringContaining("Cannot") },
    ]);
  });

  it("and tells the model why a call failed, without a token or what a server wrote", async () => {
    const server = await startMcpServer();
    const { toolset, tokens } = toolsetOf([server], {
      refs: [refOf(server, { tools: { whoami: { audience: ["admin"] } } })],
    });
    const agent = agentOf(toolset);
    await agent.run({ user: "secret-of-alice" });
    tokens.fail();
    server.take();
    const options = { user: "secret-of-alice", calls: ["whoami"] };
    expect(await agent.run(options)).toEqual([
      { error: "Cannot exchange the token: the server answered invalid_target" },
    ]);
    expect(server.take()).toEqual([]);

    tokens.fail(false);
    server.behaviour.refuse = () => 403;
    const later = agentOf(toolset);
    const refused = inspect(await later.run({ ...options, calls: ["whoami"] }), { depth: 9 });
    expect(refused).toMatch(/error/);
    expect(refused).not.toMatch(new RegExp(`${SENTINEL}|secret-of-alice`));
  });

  it("and fails a run whose tools cannot be listed for want of a token", async () => {
    const server = await startMcpServer();
    const { toolset, tokens } = toolsetOf([server]);
    tokens.fail();
    await expect(agentOf(toolset).run()).rejects.toMatchObject({
      code: "ERR_TOKEN_OAUTH",
      oauthError: "invalid_target",
    });
    expect(server.seen).toEqual([]);
  });
});

describe('McpToolset with onExchangeError: "anonymous"', () => {
  it("calls without a token, as long as none can be had", async () => {
    const server = await startMcpServer();
    const tokens = scriptedTokens();
    const cache = cachingTokenSource(tokens.source, { failureLifetimeMs: 0 });
    const { toolset } = toolsetOf([server], { tokens: cache, onExchangeError: "anonymous" });
    const agent = agentOf(toolset);
    tokens.fail();
    expect((await agent.run({ calls: ["whoami"] })).map(textOf)).toEqual([""]);
    expect(new Set(authorizations(server.take()))).toEqual(new Set([undefined]));
    tokens.fail(false);
    expect((await agent.run({ calls: ["whoami"] })).map(textOf)).toEqual(["Bearer alice#1"]);
  });

  it("tells why there is no token if the server wants one", async () => {
    const server = await startMcpServer({
      refuse: ({ authorization }) => (authorization === undefined ? 401 : undefined),
    });
    const { toolset, tokens } = toolsetOf([server], {
      refs: [refOf(server, { tools: { whoami: { audience: ["admin"] } } })],
      onExchangeError: "anonymous",
    });
    const agent = agentOf(toolset);
    await agent.run();
    tokens.fail();
    expect(await agent.run({ calls: ["whoami"] })).toEqual([
      { error: "Cannot exchange the token: the server answered invalid_target" },
    ]);
  });

  it("presents a token that can be had after all to a server that wants one", async () => {
    const server = await startMcpServer();
    const tokens = scriptedTokens();
    const cache = cachingTokenSource(tokens.source, { failureLifetimeMs: 0 });
    const { toolset } = toolsetOf([server], { tokens: cache, onExchangeError: "anonymous" });
    tokens.fail();
    server.behaviour.refuse = ({ authorization }) => {
      tokens.fail(false);
      return authorization === undefined ? 401 : undefined;
    };
    const answers = await agentOf(toolset).run({ calls: ["whoami"] });
    expect(answers.map(textOf)).toEqual(["Bearer alice#1"]);
    expect(tokens.refused).toEqual([]);
  });

  it("does not hide a mistake in the options", async () => {
    const server = await startMcpServer();
    const { toolset } = toolsetOf([server], {
      tokens: staticTokenSource("of-nobody"),
      onExchangeError: "anonymous",
    });
    await expect(agentOf(toolset).run()).rejects.toThrow(/does not support "subjectToken"/);
    expect(server.seen).toEqual([]);
  });

  it("never puts no token in the place of one that the server refused", async () => {
    const server = await startMcpServer();
    const { toolset, tokens } = toolsetOf([server], { onExchangeError: "anonymous" });
    const agent = agentOf(toolset);
    await agent.run({ calls: ["whoami"] });
    server.behaviour.refuse = () => 401;
    tokens.fail();
    server.take();
    expect(await agent.run({ calls: ["whoami"] })).toEqual([{ error: expect.any(String) }]);
    expect(authorizations(server.take())).toEqual(["Bearer alice#1"]);
  });

  it("nor at later calls, while the server refuses the tokens that replace it", async () => {
    const server = await startMcpServer();
    const { toolset } = toolsetOf([server], { onExchangeError: "anonymous" });
    const agent = agentOf(toolset);
    await agent.run({ calls: ["whoami"] });
    server.behaviour.refuse = ({ authorization }) => (authorization ? 401 : undefined);
    server.take();
    for (let call = 0; call < 4; call++) {
      expect(await agent.run({ calls: ["whoami"] })).toEqual([{ error: expect.any(String) }]);
    }
    const sent = new Set(authorizations(server.take()));
    expect(sent).toEqual(new Set(["Bearer alice#1", "Bearer alice#2"]));
  });

  it("fails a call all the same if there is no user", async () => {
    const server = await startMcpServer();
    const { toolset } = toolsetOf([server], { onExchangeError: "anonymous" });
    await expect(agentOf(toolset).run({ state: {} })).rejects.toMatchObject({
      code: "ERR_TOKEN_SUBJECT_REQUIRED",
    });
    expect(server.seen).toEqual([]);
  });
});
