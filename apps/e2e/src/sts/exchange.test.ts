import { inspect } from "node:util";
import { toolTokens } from "@agent-oauth/core";
import { tokenTypes } from "@agent-oauth/sts";
import { describe, expect, it } from "vitest";
import { openStsAgent } from "./sts-agent.test-support.ts";

describe("token exchange through the client", () => {
  it("costs one exchange for each user and audience, and each call is its user's", async () => {
    const { mock, client, exchanges } = await openStsAgent();
    const audiences = mock.sts.mcpServers.map(({ audience }) => audience);
    const users = ["alice", "bob"];
    await Promise.all(
      users.map(async (sub) => {
        const userToken = await mock.userToken({ sub });
        const { tools } = await client.listMcpTools({ userToken });
        const whoami = tools.filter(({ name }) => name === "whoami");
        expect(whoami).toHaveLength(audiences.length);
        const calls = Array.from({ length: 30 }, (_, i) => whoami[i % whoami.length]);
        for (const tool of calls) {
          if (tool === undefined) throw new Error("no tool");
          const { structuredContent } = await client.callMcpTool(tool, {}, { userToken });
          expect(structuredContent).toMatchObject({ sub });
          const { aud } = structuredContent as { aud: string | string[] };
          expect([aud].flat()).toEqual([
            mock.sts.mcpServers.find(({ name }) => name === tool.server.name)?.audience,
          ]);
        }
      }),
    );
    expect(exchanges()).toBe(users.length * audiences.length);
  });

  it("gets one new token where a server refuses the old one, and none for the others", async () => {
    const { mock, client, exchanges } = await openStsAgent();
    const userToken = await mock.userToken({ sub: "alice" });
    const { tools } = await client.listMcpTools({ userToken });
    const [tool] = tools;
    if (tool === undefined) throw new Error("no tool");
    const before = exchanges();
    const issued = mock.recorder.requests.find(({ route }) => route === "sts-token")?.issued;
    expect(mock.controls.revoke({ fingerprint: issued?.fingerprint ?? "" })).toBe(1);
    await Promise.all(
      tools.slice(0, 8).map((one) => client.callMcpTool(one, {}, { userToken }).catch(() => {})),
    );
    for (const one of tools.filter(({ name }) => name === "whoami")) {
      expect((await client.callMcpTool(one, {}, { userToken })).isError).toBe(false);
    }
    expect(exchanges() - before).toBe(1);
  });
});

describe("toolTokens", () => {
  it("exchanges nothing for a run without MCP tools", async () => {
    const { mock, source, exchanges } = await openStsAgent();
    const tokens = toolTokens(source, { audienceOf: ({ server }) => [server] });
    tokens.startRun("run", { subjectToken: await mock.userToken({ sub: "alice" }) });
    await tokens.ready("run", { name: "remember" });
    tokens.endRun("run");
    expect(exchanges()).toBe(0);
  });

  it("exchanges once for each audience, for a hundred first calls at a time", async () => {
    const { mock, source, exchanges } = await openStsAgent();
    const audiences = mock.sts.mcpServers.map(({ audience }) => audience);
    const tokens = toolTokens(source, { audienceOf: ({ server }) => [server] });
    tokens.startRun("run", { subjectToken: await mock.userToken({ sub: "alice" }) });
    const calls = Array.from({ length: 100 }, (_, i) => ({
      server: audiences[i % audiences.length] ?? "",
      name: `tool-${i}`,
    }));
    await Promise.all(calls.map((call) => tokens.ready("run", call)));
    const headers = new Set(calls.map((call) => tokens.headersFor("run", call).authorization));
    expect(headers.size).toBe(audiences.length);
    expect(exchanges()).toBe(audiences.length);
  });
});

describe("a token service that refuses", () => {
  it.each([
    ["an unknown audience", { audience: ["nobody"] }, "invalid_target"],
    [
      "a subject token that is none",
      { subjectToken: "s3cr3t-sentinel-subject" },
      "invalid_request",
    ],
  ])("is told of with its code for %s, and no token", async (_, request, oauthError) => {
    const { mock, source } = await openStsAgent();
    const subjectToken = await mock.userToken({ sub: "alice" });
    const error = await source
      .getToken({ subjectToken, audience: ["tickets"], ...request })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError, retryable: false });
    const shown = inspect(error, { depth: null, showHidden: true });
    expect(shown).not.toContain("s3cr3t-sentinel");
    expect(shown).not.toContain(subjectToken);
  });

  it.each([
    ["wrong-issued-token-type", "ERR_TOKEN_RESPONSE"],
    ["no-issued-token-type", "ERR_TOKEN_RESPONSE"],
  ] as const)("is not believed with the quirk %s", async (quirk, code) => {
    const { mock, source } = await openStsAgent(
      { sts: { quirks: [quirk] } },
      { requestedTokenType: tokenTypes.accessToken },
    );
    const subjectToken = await mock.userToken({ sub: "alice" });
    await expect(source.getToken({ subjectToken, audience: ["tickets"] })).rejects.toMatchObject({
      code,
    });
  });
});
