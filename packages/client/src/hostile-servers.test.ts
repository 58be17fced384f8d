import { inspect } from "node:util";
import type { Tool } from "@modelcontextprotocol/server";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { clientOf, serverOf } from "./connected-client.test-support.ts";
import type { SeenRequest } from "./mcp-server.test-support.ts";

const alice = { userToken: "alice" };
const ERAS = ["session", "sessionless", "modern"] as const;

const caught = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

const idOf = ({ body }: SeenRequest) => (body as { readonly id: number }).id;
const COMPLETE = { resultType: "complete", ttlMs: 0, cacheScope: "private" };
const result = (seen: SeenRequest, more: object) =>
  JSON.stringify({ jsonrpc: "2.0", id: idOf(seen), result: { ...COMPLETE, ...more } });

const toolsOf = (count: number, more: object = {}): Tool[] =>
  Array.from({ length: count }, (_, n) => ({
    name: `t${n}`,
    inputSchema: { type: "object" },
    ...more,
  }));

describe("a list of tools", () => {
  it.each(ERAS)("without an end, of a %s server, fails for that server only", async (era) => {
    const good = await serverOf();
    const bad = await serverOf({ era });
    let pages = 0;
    bad.behaviour.refuse = (seen) => {
      if (seen.rpc !== "tools/list") return undefined;
      return { status: 200, body: result(seen, { tools: [], nextCursor: String(++pages) }) };
    };
    const { client, refs } = clientOf([good, bad]);
    const { tools, failures } = await client.listMcpTools(alice);
    expect(tools).toHaveLength(1);
    expect(failures).toMatchObject([{ ref: refs[1], error: { code: "ERR_TOKEN_RESPONSE" } }]);
    expect(String(failures[0]?.error)).toMatch(
      /^TokenError: Cannot list the tools of the MCP server "server-1": .* more than 64 pages$/,
    );
    expect(pages).toBe(64);
  });

  it.each(ERAS)("may hold maxTools tools on all pages of a %s server, and no more", async (era) => {
    const server = await serverOf({ era, pages: [toolsOf(3), toolsOf(3), toolsOf(1), toolsOf(1)] });
    const { client } = clientOf([server], { maxTools: 6 });
    const error = await caught(client.listMcpTools(alice));
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false });
    expect(String(error)).toMatch(/the server lists more than 6 tools \("maxTools"\)$/);
    // The last page is not asked for.
    expect(server.take().filter((request) => request === "POST tools/list")).toHaveLength(3);
    server.behaviour.pages = [toolsOf(3), toolsOf(3)];
    expect((await client.listMcpTools(alice)).tools).toHaveLength(6);
  });

  it("may hold 4,096 tools by default", async () => {
    const server = await serverOf({ pages: [toolsOf(4_096)] });
    const { client } = clientOf([server]);
    expect((await client.listMcpTools(alice)).tools).toHaveLength(4_096);
    server.behaviour.pages = [toolsOf(4_096), toolsOf(1)];
    expect(String(await caught(client.listMcpTools(alice)))).toContain("more than 4096 tools");
  });

  it.each(ERAS)("may have maxListBytes on all pages of a %s server, and no more", async (era) => {
    const page = toolsOf(1, { description: "x".repeat(4_000) });
    const server = await serverOf({ era, pages: [page, page, page, page] });
    const { client } = clientOf([server], { maxListBytes: 10_000 });
    const error = await caught(client.listMcpTools(alice));
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false });
    expect(String(error)).toMatch(/answers more than 10000 bytes \("maxListBytes"\)$/);
    expect(server.take().filter((request) => request === "POST tools/list")).toHaveLength(3);
    server.behaviour.pages = [page, page];
    expect((await client.listMcpTools(alice)).tools).toHaveLength(2);
  });

  it.each(ERAS)("may hold a JSON value for each 32 bytes of a %s server", async (era) => {
    const server = await serverOf({ era });
    let dense = "[{}".concat(",{}".repeat(600), "]");
    server.behaviour.refuse = (seen) => {
      if (seen.rpc !== "tools/list") return undefined;
      const page = result(seen, { tools: toolsOf(1), extra: "here" });
      return { status: 200, body: page.replace('"here"', dense) };
    };
    const { client } = clientOf([server], { maxListBytes: 32_000 });
    const error = await caught(client.listMcpTools(alice));
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false });
    expect(String(error)).toContain("more than 1000 JSON values");
    dense = JSON.stringify("[{},".repeat(6_000));
    expect((await client.listMcpTools(alice)).tools).toHaveLength(1);
  });

  it("may have 16 MiB by default, of which no more is read", async () => {
    const server = await serverOf({ era: "sessionless" });
    let sent = 0;
    server.behaviour.refuse = (seen) => {
      if (seen.rpc !== "tools/list") return undefined;
      sent += 10_000_000;
      const page = { tools: toolsOf(1, { description: "x".repeat(10_000_000) }) };
      return { status: 200, body: result(seen, { ...page, nextCursor: String(sent) }) };
    };
    const { client } = clientOf([server]);
    expect(String(await caught(client.listMcpTools(alice)))).toContain("16777216 bytes");
    expect(sent).toBe(20_000_000);
  });
});

describe("a tool call", () => {
  it.each(ERAS)("may be answered with maxCallBytes by a %s server, and no more", async (era) => {
    let length = 20_000;
    const server = await serverOf({
      era,
      call: () => ({ content: [{ type: "text", text: "x".repeat(length) }] }),
    });
    const { client, refs } = clientOf([server], { maxCallBytes: 10_000 });
    const tool = { name: "t", server: refs[0] };
    const error = await caught(client.callMcpTool(tool, {}, alice));
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false });
    expect(String(error)).toMatch(
      /answers more than 10000 bytes \("maxCallBytes"\); the tool may have run$/,
    );
    length = 5_000;
    expect((await client.callMcpTool(tool, {}, alice)).text).toHaveLength(5_000);
  });

  it("counts the bytes of its progress, too", async () => {
    const server = await serverOf({
      call: async (_, __, { mcpReq }) => {
        const progressToken = mcpReq._meta?.progressToken ?? 0;
        for (let progress = 1; progress <= 100; progress++) {
          const params = { progressToken, progress, message: "x".repeat(1_000) };
          await mcpReq.notify({ method: "notifications/progress", params });
        }
        return new Promise(() => {});
      },
    });
    const { client, refs } = clientOf([server], { maxCallBytes: 10_000 });
    let heard = 0;
    const onProgress = () => void heard++;
    const tool = { name: "t", server: refs[0] };
    const error = await caught(client.callMcpTool(tool, {}, { ...alice, onProgress }));
    expect(String(error)).toContain('"maxCallBytes"');
    expect(heard).toBeLessThan(15);
  });

  it("is not continued without end by a server that closes each stream at once", async () => {
    const server = await serverOf();
    let gets = 0;
    const body = "id: 1\nretry: 1\ndata:\n\n";
    const headers = { "content-type": "text/event-stream" };
    server.behaviour.refuse = ({ http, rpc }) => {
      if (http === "GET") gets++;
      return http === "GET" || rpc === "tools/call" ? { status: 200, body, headers } : undefined;
    };
    const { client, refs } = clientOf([server]);
    const options = { ...alice, timeoutMs: 500 };
    const error = await caught(client.callMcpTool({ name: "t", server: refs[0] }, {}, options));
    expect(error).toMatchObject({ code: "ERR_TOKEN_TIMEOUT" });
    // Without a pace of ours it would be hundreds.
    expect(gets).toBeLessThan(10);
  });

  it.each([
    ["the call's", {}, { maxTotalTimeoutMs: 250_000 }, 250_000],
    ["the client's", { maxTotalTimeoutMs: 150_000 }, {}, 150_000],
    ["10 × the client's toolTimeoutMs", { toolTimeoutMs: 90_000 }, {}, 900_000],
    ["10 × the call's timeoutMs", {}, { timeoutMs: 70_000 }, 700_000],
  ])("whose progress never ends is over after %s", async (_, ofClient, ofCall, total) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
    onTestFinished(() => void vi.useRealTimers());
    let step = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const server = await serverOf({
      call: async (_, __, { mcpReq }) => {
        begun.resolve();
        const progressToken = mcpReq._meta?.progressToken ?? 0;
        for (let progress = 1; ; progress++) {
          await step.promise;
          const params = { progressToken, progress };
          await mcpReq.notify({ method: "notifications/progress", params });
        }
      },
    });
    const { client, refs } = clientOf([server], ofClient);
    let reported = Promise.withResolvers<void>();
    const onProgress = () => reported.resolve();
    const options = { ...alice, ...ofCall, onProgress };
    let isOver = false;
    const call = caught(client.callMcpTool({ name: "t", server: refs[0] }, {}, options)).finally(
      () => {
        isOver = true;
      },
    );
    await begun.promise;
    // A few seconds fewer: time passes by itself, too.
    for (let passed = 0; passed + 50_000 < total; passed += 49_000) {
      vi.advanceTimersByTime(49_000);
      reported = Promise.withResolvers();
      const taken = step;
      step = Promise.withResolvers();
      taken.resolve();
      await Promise.race([reported.promise, call]);
      if (passed + 100_000 < total) expect(isOver).toBe(false);
    }
    vi.advanceTimersByTime(52_000);
    const error = await call;
    expect(error).toMatchObject({ code: "ERR_TOKEN_TIMEOUT", retryable: true });
    expect(String(error)).toMatch(
      new RegExp(`within ${total} ms \\("maxTotalTimeoutMs"\\); the tool may have run$`),
    );
  });
});

describe("the opening of a session", () => {
  it.each(["server/discover", "initialize"])("may be answered with 256 KiB at %s", async (rpc) => {
    const server = await serverOf();
    server.behaviour.refuse = (seen) =>
      seen.rpc === rpc
        ? { status: 200, body: result(seen, { instructions: "x".repeat(262_144) }) }
        : undefined;
    const { client, refs } = clientOf([server]);
    const error = await caught(client.callMcpTool({ name: "t", server: refs[0] }, {}, alice));
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE" });
    expect(String(error)).toContain("262144 bytes (to open a session)");
    expect(server.take()).not.toContain("POST tools/call");
  });
});

describe("a name that somebody else chose", () => {
  const long = `x\u001b[31m${"y".repeat(1_000_000)}`;

  it("is cut in errors, of servers and of tools", async () => {
    const server = await serverOf({ refuse: () => 503 });
    const { client } = clientOf([server]);
    const tool = { name: long, server: { name: long, url: server.url } };
    const error = await caught(client.callMcpTool(tool, {}, alice));
    expect(error).toMatchObject({ status: 503 });
    expect(inspect(error).length).toBeLessThan(5_000);
    expect(String(error)).not.toContain("\u001b");
  });

  it("is cut in the message of a JSON-RPC error", async () => {
    const server = await serverOf({
      call: () => {
        throw Object.assign(new Error(long), { code: -32602 });
      },
    });
    const { client, refs } = clientOf([server]);
    const error = await caught(client.callMcpTool({ name: "t", server: refs[0] }, {}, alice));
    expect(error).toMatchObject({ code: -32602 });
    expect(inspect(error).length).toBeLessThan(10_000);
  });
});
