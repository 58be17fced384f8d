import { inspect } from "node:util";
import { TokenError } from "@agent-oauth/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { clientOf, serverOf } from "../connected-client.test-support.ts";
import { scriptedFlow } from "../flow.test-support.ts";
import { createAgentGatewayClient, DiscoveryError, type DiscoveryFilter } from "../index.ts";
import { SENTINEL } from "../mcp-server.test-support.ts";
import { scriptedTokens } from "../scripted-tokens.test-support.ts";

const toolsNamed = (...names: string[]) =>
  names.map((name) => ({ name, inputSchema: { type: "object" as const } }));
const alice = { userToken: "alice" };

describe("listMcpTools", () => {
  it("reads all pages, and says of each tool what its server says", async () => {
    const described = {
      ...toolsNamed("c")[0],
      name: "c",
      inputSchema: { type: "object" as const },
      title: "Sea",
      description: "Waves",
      outputSchema: { type: "object" as const },
      annotations: { readOnlyHint: true },
    };
    const server = await serverOf({ pages: [toolsNamed("a", "b"), [described], toolsNamed("d")] });
    const { client, refs } = clientOf([server]);
    const { tools } = await client.listMcpTools(alice);
    expect(tools.map(({ name }) => name)).toEqual(["a", "b", "c", "d"]);
    expect(tools[2]).toEqual({ ...described, server: refs[0], serverName: "test server" });
    expect(JSON.parse(JSON.stringify(tools))).toEqual(tools);
    expect(server.take().filter((request) => request === "POST tools/list")).toHaveLength(3);
  });

  it("reports a server that the flow found broken, and asks only the others", async () => {
    const server = await serverOf({ pages: [toolsNamed("a")] });
    const good = { name: "good", url: server.url, ordId: "ord:1" };
    const fault = new TokenError("ERR_TOKEN_CONFIG", "Cannot use a fragment: it has no URL");
    const broken = [
      { name: "nowhere", url: "", fault },
      { name: "elsewhere", url: "ftp://x", ordId: "ord:9", fault },
    ];
    const { flow } = scriptedFlow(scriptedTokens().source, { servers: [...broken, good] });
    const client = createAgentGatewayClient({ flow, allowInsecureHosts: [server.host] });
    onTestFinished(() => client.close());
    const all = await client.listMcpTools(alice);
    expect(all.tools.map(({ name }) => name)).toEqual(["a"]);
    expect(all.failures).toEqual(broken.map((ref) => ({ ref, reason: "failed", error: fault })));
    const some = await client.listMcpTools({ ...alice, filter: { ordIds: ["ord:1"] } });
    expect(some.tools.map(({ name }) => name)).toEqual(["a"]);
    expect(some.failures).toEqual([{ ref: broken[0], reason: "failed", error: fault }]);
  });

  it("asks anew each time, also a server that says its list may be kept", async () => {
    const server = await serverOf({ era: "modern", pages: [toolsNamed("a")] });
    const { client } = clientOf([server]);
    await client.listMcpTools(alice);
    server.behaviour.pages = [toolsNamed("b")];
    const { tools } = await client.listMcpTools(alice);
    expect(tools.map(({ name }) => name)).toEqual(["b"]);
  });

  it.each<[string, DiscoveryFilter, string[], number[]]>([
    ["no filter", {}, ["a", "b", "a", "c", "d"], [0, 1, 2]],
    ["empty lists", { names: [], ordIds: [] }, ["a", "b", "a", "c", "d"], [0, 1, 2]],
    ["names", { names: ["a", "d"] }, ["a", "a", "d"], [0, 1, 2]],
    ["ORD ids", { ordIds: ["ord:2"] }, ["a", "c"], [1]],
    ["both", { names: ["a", "b"], ordIds: ["ord:2"] }, ["a"], [1]],
    ["both, of which nothing is left", { names: ["d"], ordIds: ["ord:1"] }, [], [0]],
    ["an unknown ORD id", { ordIds: ["ord:9"] }, [], []],
  ])("filters by %s", async (_, filter, names, asked) => {
    const servers = [
      await serverOf({ pages: [toolsNamed("a", "b")] }),
      await serverOf({ pages: [toolsNamed("a", "c")] }),
      await serverOf({ pages: [toolsNamed("d")] }),
    ];
    const tokens = scriptedTokens();
    const { flow } = scriptedFlow(tokens.source, {
      servers: servers.map(({ url }, n) => ({
        name: `s${n}`,
        url,
        ...(n < 2 && { ordId: `ord:${n + 1}` }),
      })),
    });
    const { client } = clientOf([], {
      flow,
      allowInsecureHosts: ["127.0.0.1"],
    });
    const { tools } = await client.listMcpTools({ ...alice, filter });
    expect(tools.map(({ name }) => name)).toEqual(names);
    expect(servers.flatMap(({ seen }, n) => (seen.length > 0 ? [n] : []))).toEqual(asked);
    expect(tokens.asked.length === 0).toBe(asked.length === 0);
  });

  it.each([{ names: "a" }, { ordIds: [1] }])("refuses the filter %j", async (filter) => {
    const { client } = clientOf([]);
    const list = client.listMcpTools({ ...alice, filter: filter as never });
    await expect(list).rejects.toThrow(`"${Object.keys(filter)[0]}" must be a list of strings`);
  });

  it("reports a server that fails beside the tools of the others", async () => {
    const good = await serverOf({ pages: [toolsNamed("a")] });
    const bad = await serverOf({ refuse: () => 503 });
    const dead = await serverOf();
    const silent = await serverOf({ refuse: () => new Promise(() => {}) });
    const { client, refs } = clientOf([bad, good, dead, silent]);
    await dead.close();
    const { tools, failures } = await client.listMcpTools({ ...alice, timeoutMs: 1_000 });
    expect(tools.map(({ name }) => name)).toEqual(["a"]);
    expect(failures).toMatchObject([
      { ref: refs[0], error: { code: "ERR_TOKEN_HTTP", status: 503 } },
      { ref: refs[2], error: { code: "ERR_TOKEN_NETWORK" } },
      { ref: refs[3], error: { code: "ERR_TOKEN_TIMEOUT" } },
    ]);
  });

  it("rejects if no server answered, as nothing found must not look like nobody asked", async () => {
    const { client } = clientOf([
      await serverOf({ refuse: () => 503 }),
      await serverOf({ refuse: () => 503 }),
    ]);
    await expect(client.listMcpTools(alice)).rejects.toMatchObject({ status: 503 });
    await expect(client.listMcpTools({ userToken: "refused" })).rejects.toMatchObject({
      oauthError: "invalid_grant",
    });
  });

  it("gives the failures if no server answered, in its error or in place of it", async () => {
    const [down, refusing] = [
      await serverOf({ refuse: () => 503 }),
      await serverOf({
        refuse: ({ body }) => ({
          status: 200,
          body: JSON.stringify({
            jsonrpc: "2.0",
            id: (body as { readonly id: number }).id,
            error: { code: -32603, message: SENTINEL },
          }),
        }),
      }),
    ];
    const { client, refs } = clientOf([down, refusing], { versionNegotiation: "legacy" });
    const error: unknown = await client.listMcpTools(alice).catch((reason: unknown) => reason);
    if (!DiscoveryError.isInstance(error)) throw error;
    expect(TokenError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: "ERR_TOKEN_HTTP", status: 503, retryable: true });
    expect(error.message).toBe(
      'Cannot list anything: Cannot list the tools of the MCP server "server-0": the server answered 503; Cannot use "server-1": it failed with the JSON-RPC error -32603',
    );
    expect(error.failures).toMatchObject([
      { ref: refs[0], reason: "failed", error: { status: 503 } },
      { ref: refs[1], reason: "failed", error: { code: -32603 } },
    ]);
    expect(error.errors).toEqual(error.failures.map((failure) => failure.error));
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
    expect(JSON.stringify(error)).not.toContain(SENTINEL);

    const { tools, failures } = await client.listMcpTools({ ...alice, failures: "return" });
    expect(tools).toEqual([]);
    expect(failures).toMatchObject(error.failures.map(({ ref }) => ({ ref, reason: "failed" })));
  });

  it("keeps the message of the only server that failed", async () => {
    const { client } = clientOf([await serverOf({ refuse: () => 503 })]);
    await expect(client.listMcpTools(alice)).rejects.toThrow(
      /^Cannot list the tools of the MCP server "server-0": the server answered 503$/,
    );
  });

  it.each(["none", true, null])("refuses %j for what to do with failures", async (failures) => {
    const { client } = clientOf([]);
    const list = client.listMcpTools({ ...alice, failures: failures as never });
    await expect(list).rejects.toThrow('"failures" must be "throw" or "return"');
  });

  it("names a server that does not declare that it has tools", async () => {
    const toolless = await serverOf({ capabilities: {} });
    const { client, refs } = clientOf([toolless]);
    const { tools, failures } = await client.listMcpTools(alice);
    expect(tools).toEqual([]);
    expect(failures).toMatchObject([
      { ref: refs[0], reason: "no-tools", error: { code: "ERR_TOKEN_RESPONSE", retryable: false } },
    ]);
    expect(String(failures[0]?.error)).toContain('"server-0": the server does not declare');
    expect(toolless.take()).not.toContain("POST tools/list");
  });

  it("is empty if there are no servers, or a server has no tools", async () => {
    const { client } = clientOf([]);
    expect(await client.listMcpTools(alice)).toEqual({ tools: [], failures: [] });
    const toolless = clientOf([await serverOf({ pages: [[]] })]);
    expect(await toolless.client.listMcpTools(alice)).toEqual({ tools: [], failures: [] });
  });

  it("asks as many servers at a time as allowed", async () => {
    let asking = 0;
    let most = 0;
    let meet = () => {};
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const refuse = async ({ rpc }: { rpc: string | undefined }) => {
      if (rpc !== "server/discover") return undefined;
      most = Math.max(most, ++asking);
      if (asking === 2) meet();
      await met;
      asking--;
      return undefined;
    };
    const servers = await Promise.all(Array.from({ length: 6 }, () => serverOf({ refuse })));
    const { client } = clientOf(servers, { discoveryConcurrency: 2 });
    expect((await client.listMcpTools(alice)).tools).toHaveLength(6);
    expect(most).toBe(2);
  });

  it("ends with the reason of its signal, whatever was found by then", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const quick = await serverOf();
    const slow = await serverOf({
      refuse: ({ rpc }) => {
        if (rpc === "tools/list") controller.abort(reason);
        return undefined;
      },
    });
    const { client } = clientOf([quick, slow], { discoveryConcurrency: 1 });
    const list = client.listMcpTools({ ...alice, signal: controller.signal });
    await expect(list).rejects.toBe(reason);
    expect(quick.take()).toContain("POST tools/list");
  });

  it("uses the system token where that is said, and fails if the flow has none", async () => {
    const server = await serverOf();
    const { client, systemTokens } = clientOf([server]);
    await client.listMcpTools({ system: true });
    expect(server.seen.at(-1)?.authorization).toBe("Bearer system-1");
    expect(systemTokens.asked).toHaveLength(1);

    const servers = [{ name: "s", url: server.url }];
    const { flow } = scriptedFlow(scriptedTokens().source, { servers });
    const without = clientOf([], { flow, allowInsecureHosts: [server.host] });
    await expect(without.client.listMcpTools({ system: true })).rejects.toMatchObject({
      code: "ERR_TOKEN_SUBJECT_REQUIRED",
    });
  });
});
