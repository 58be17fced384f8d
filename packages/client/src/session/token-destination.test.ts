import { inspect } from "node:util";
import type { TokenSource } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { clientOf, serverOf } from "../connected-client.test-support.ts";
import { scriptedFlow } from "../flow.test-support.ts";
import { createAgentGatewayClient } from "../index.ts";
import { scriptedTokens } from "../scripted-tokens.test-support.ts";

const alice = { userToken: "alice" };

describe("a token for a gateway", () => {
  it.each([
    ["its own origin", (host: string) => `http://${host}/gateway`, [], true],
    ["another origin", () => "https://gateway.example", [], false],
    ["an origin that is allowed", () => "https://gateway.example", ["self"], true],
    ["a gateway without a valid URL", () => "gateway", [], false],
  ])("goes to %s: %#", async (_, gatewayUrl, allowed, sent) => {
    const server = await serverOf();
    const tokens = scriptedTokens({ gatewayUrl: gatewayUrl(server.host) });
    const { flow } = scriptedFlow(tokens.source);
    const { client } = clientOf([], {
      flow,
      allowInsecureHosts: [server.host],
      allowOrigins: allowed.map(() => `http://${server.host}`),
    });
    const call = client.callMcpTool(
      { name: "t", server: { name: "s", url: server.url } },
      {},
      alice,
    );
    if (sent) expect((await call).text).toBe("t {}");
    else await expect(call).rejects.toMatchObject({ code: "ERR_TOKEN_ORIGIN", retryable: false });
    expect(server.seen.length > 0).toBe(sent);
  });
});

describe("a token that is none", () => {
  it.each([
    ["of another type", { tokenType: "N_A" }, "ERR_TOKEN_TYPE_UNSUPPORTED"],
    ["that no header can carry", { token: "sentinel\n" }, "ERR_TOKEN_RESPONSE"],
    ["that is blank", { token: "" }, "ERR_TOKEN_RESPONSE"],
  ])("%s is not sent, neither to connect nor later", async (_, init, code) => {
    const server = await serverOf();
    const good = scriptedTokens();
    /** As a source that is not ours may yield it. */
    const bad = async () => ({
      token: "sentinel",
      tokenType: "Bearer",
      expiresAt: undefined,
      ...init,
    });
    let getToken = bad as TokenSource["getToken"];
    const userTokens: TokenSource = {
      identity: "x",
      getToken: (request, options) => getToken(request, options),
    };
    const { client } = clientOf([], {
      flow: scriptedFlow(userTokens).flow,
      allowInsecureHosts: [server.host],
    });
    const tool = { name: "t", server: { name: "s", url: server.url } };
    const refused = async () => {
      const error = await client.callMcpTool(tool, {}, alice).catch((e: unknown) => e);
      expect(error).toMatchObject({ code });
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain("sentinel");
    };
    await refused();
    expect(server.seen).toEqual([]);
    getToken = good.source.getToken;
    await client.callMcpTool(tool, {}, alice);
    server.take();
    getToken = bad as TokenSource["getToken"];
    await refused();
    expect(server.seen).toEqual([]);
  });
});

describe("a server", () => {
  it.each([
    ["http", [], "ERR_TOKEN_ORIGIN"],
    ["http with another port allowed", ["127.0.0.1:1"], "ERR_TOKEN_ORIGIN"],
    ["http with localhost allowed", ["localhost"], "ERR_TOKEN_ORIGIN"],
  ])("at %s gets nothing", async (_, allowInsecureHosts, code) => {
    const server = await serverOf();
    const tokens = scriptedTokens();
    const { client } = clientOf([], { flow: scriptedFlow(tokens.source).flow, allowInsecureHosts });
    const tool = { name: "t", server: { name: "s", url: server.url } };
    await expect(client.callMcpTool(tool, {}, alice)).rejects.toMatchObject({ code });
    expect([...server.seen, ...tokens.asked]).toEqual([]);
  });

  it.each([
    ["without a valid URL", "mcp", "must be an absolute URL"],
    ["with a password in its URL", "https://me:sentinel@a.example/mcp", "user name or password"],
  ])("%s is reported", async (_, url, reason) => {
    const { client } = clientOf([], { flow: scriptedFlow(scriptedTokens().source).flow });
    const tool = { name: "t", server: { name: "s", url } };
    const error = await client.callMcpTool(tool, {}, alice).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG" });
    expect(String(error)).toContain(reason);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("sentinel");
  });

  it("that redirects elsewhere does not take the token along", async () => {
    const target = await serverOf();
    const fetched: string[] = [];
    const redirecting: typeof globalThis.fetch = async (input, init) => {
      const { url, redirect } = new Request(input, init);
      fetched.push(`${redirect} ${url}`);
      return new Response(null, { status: 307, headers: { location: target.url } });
    };
    const { flow } = scriptedFlow(scriptedTokens().source, { fetch: redirecting });
    const client = createAgentGatewayClient({ flow });
    const tool = { name: "t", server: { name: "s", url: "https://mcp.example/mcp" } };
    await expect(client.callMcpTool(tool, {}, alice)).rejects.toThrow();
    expect(new Set(fetched)).toEqual(new Set(["manual https://mcp.example/mcp"]));
    expect(target.seen).toEqual([]);
  });

  it("gets the token in the Authorization header of every request, and nowhere else", async () => {
    const server = await serverOf();
    const urls: string[] = [];
    const { flow } = scriptedFlow(scriptedTokens().source, {
      servers: [{ name: "s", url: server.url }],
      fetch: (input, init) => {
        urls.push(String(input));
        return globalThis.fetch(input, init);
      },
    });
    const { client } = clientOf([], { flow, allowInsecureHosts: [server.host] });
    await client.listMcpTools(alice);
    await client.close();
    for (const { authorization } of server.seen) expect(authorization).toMatch(/^Bearer alice-\d$/);
    expect(JSON.stringify([urls, server.seen.map(({ body }) => body)])).not.toContain("alice");
    expect(urls).toHaveLength(server.seen.length);
  });
});
