import type { TokenSource } from "@agent-oauth/core";
import type { ServerContext } from "@modelcontextprotocol/server";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { clientOf, serverOf, toolOf } from "./connected-client.test-support.ts";
import { scriptedFlow } from "./flow.test-support.ts";
import type { CallMcpToolOptions } from "./index.ts";
import { scriptedTokens } from "./scripted-tokens.test-support.ts";

const alice = { userToken: "alice" };

const report = (context: ServerContext, progress: number) =>
  context.mcpReq.notify({
    method: "notifications/progress",
    params: { progressToken: context.mcpReq._meta?.progressToken ?? 0, progress },
  });

describe("callMcpTool", () => {
  it.each(["userToken", "tenant"])(
    "waits for a function %s no longer than timeoutMs",
    async (name) => {
      const server = await serverOf();
      const { client, refs } = clientOf([server], { timeoutMs: 30 });
      const never = { ...alice, [name]: () => new Promise<string>(() => {}) };
      const call = client.callMcpTool({ name: "t", server: refs[0] }, {}, never);
      await expect(call).rejects.toMatchObject({
        code: "ERR_TOKEN_TIMEOUT",
        message: expect.stringContaining("find out who calls"),
      });
      expect(server.seen).toEqual([]);
    },
  );

  it("returns every block, the structured content and whether the tool failed", async () => {
    const content = [
      { type: "text" as const, text: "one" },
      { type: "image" as const, data: "aGk=", mimeType: "image/png" },
      { type: "resource" as const, resource: { uri: "file:///a", text: "not part of text" } },
      { type: "text" as const, text: "two" },
    ];
    const answer = { content, structuredContent: { n: 1 }, isError: true, _meta: { "x.y/z": 1 } };
    const server = await serverOf({ call: () => answer });
    const { client, refs } = clientOf([server]);
    const result = await client.callMcpTool({ name: "t", server: refs[0] }, {}, alice);
    expect(result).toEqual({ ...answer, text: "one\ntwo" });
  });

  it("has an empty text if there is none", async () => {
    const server = await serverOf({ call: () => ({ content: [] }) });
    const { client, refs } = clientOf([server]);
    const result = await client.callMcpTool({ name: "t", server: refs[0] }, {}, alice);
    expect(result).toEqual({ content: [], isError: false, text: "" });
  });

  it.each(["session", "modern"] as const)(
    "hands arguments that are named like options to a %s server as they are",
    async (era) => {
      const server = await serverOf({ era });
      const { client, refs } = clientOf([server]);
      const json =
        '{"tool":"a","user_token":"b","userToken":"c","timeout":1,"timeoutMs":2,"signal":{"aborted":true},"tenant":"d","system":true,"self":"e","name":"f","arguments":{},"_meta":{"progressToken":1},"__proto__":{"polluted":true},"constructor":"g"}';
      const result = await client.callMcpTool(
        { name: "t", server: refs[0] },
        JSON.parse(json),
        alice,
      );
      const call = server.seen.find(({ rpc }) => rpc === "tools/call");
      expect(JSON.stringify(call?.body)).toContain(`"arguments":${json}`);
      expect(result.isError).toBe(false);
      expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    },
  );

  it.each([
    ["neither a user nor the system", {}, "say for whom"],
    ["both", { userToken: "a", system: true }, "say for whom"],
    ["system: false", { system: false }, "say for whom"],
    ["nothing", undefined, "say for whom"],
    ["an undefined user token", { userToken: undefined }, '"userToken"'],
    ["a timeout of the wrong type", { system: true, timeoutMs: "1" }, '"timeoutMs"'],
    [
      "a user token that resolves to nothing",
      { userToken: async () => "" },
      '"userToken"',
      { code: "ERR_TOKEN_SUBJECT_REQUIRED" },
    ],
  ])(
    "refuses %s, and sends nothing",
    async (_, options, message, error: object = { name: "TypeError" }) => {
      const server = await serverOf();
      const { client, refs, tokens, systemTokens } = clientOf([server]);
      const tool = { name: "t", server: refs[0] };
      const call = client.callMcpTool(tool, {}, options as unknown as CallMcpToolOptions);
      await expect(call).rejects.toMatchObject(error);
      await expect(call).rejects.toThrow(message);
      expect(server.seen).toEqual([]);
      expect([...tokens.asked, ...systemTokens.asked]).toEqual([]);
    },
  );

  it.each([
    [[]],
    [null],
    ["text"],
    [undefined],
    [Promise.resolve({ order: 17 })],
    [new Map([["order", 17]])],
    [Object.create({ order: 17 })],
  ])("refuses the arguments %j", async (args) => {
    const server = await serverOf();
    const { client, refs } = clientOf([server]);
    const call = client.callMcpTool({ name: "t", server: refs[0] }, args as never, alice);
    await expect(call).rejects.toThrow("its arguments must be an object of JSON values, not ");
  });

  it.each([undefined, {}, { name: "t" }, { name: 1, server: { url: "https://a.example" } }])(
    "refuses the tool %j",
    async (tool) => {
      const { client } = clientOf([]);
      await expect(client.callMcpTool(tool as never, {}, alice)).rejects.toThrow(
        'it must have a "name" and a "server"',
      );
    },
  );

  it("asks for the token that the server, or the tool, needs", async () => {
    const server = await serverOf();
    const { client, refs, tokens } = clientOf([server]);
    const ref = {
      ...refs[0],
      request: { audience: ["orders"], scope: ["read"] },
      tools: { write: { scope: ["write"] } },
    };
    await client.callMcpTool({ name: "read", server: ref }, {}, alice);
    await client.callMcpTool({ name: "write", server: ref }, {}, alice);
    await client.callMcpTool({ name: "constructor", server: ref }, {}, alice);
    expect(tokens.asked.map(({ request }) => request)).toEqual([
      { subjectToken: "alice", audience: ["orders"], scope: ["read"] },
      { subjectToken: "alice", audience: ["orders"], scope: ["write"] },
    ]);
    const calls = server.seen.filter(({ rpc }) => rpc === "tools/call");
    expect(calls.map(({ authorization }) => authorization)).toEqual([
      "Bearer alice-1",
      "Bearer alice-2",
      "Bearer alice-1",
    ]);
    expect(new Set(calls.map(({ session }) => session)).size).toBe(1);
  });

  it("uses the system token only where that is said", async () => {
    const server = await serverOf();
    const { client, refs, tokens } = clientOf([server]);
    await client.callMcpTool({ name: "t", server: refs[0] }, {}, { system: true });
    expect(new Set(server.seen.map(({ authorization }) => authorization))).toEqual(
      new Set(["Bearer system-1"]),
    );
    expect(tokens.asked).toEqual([]);
  });

  it("reports progress, and begins its timeout anew with each", async () => {
    // Time passes by itself, too, as the transport has timers; a day's worth of timeout makes that no matter.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
    onTestFinished(() => void vi.useRealTimers());
    const steps = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
    const begun = Promise.withResolvers<void>();
    const server = await serverOf({
      call: async (_, __, context) => {
        begun.resolve();
        for (const [progress, step] of steps.entries()) {
          await step.promise;
          await report(context, progress);
        }
        return new Promise(() => {});
      },
    });
    const { client, refs } = clientOf([server], { toolTimeoutMs: 86_400_000 });
    const seen: number[] = [];
    let reported = Promise.withResolvers<void>();
    const onProgress = ({ progress }: { progress: number }) => {
      seen.push(progress);
      reported.resolve();
    };
    const tool = { name: "t", server: refs[0] };
    const call = client.callMcpTool(tool, {}, { ...alice, onProgress });
    const failure = call.catch((error: unknown) => error);
    await begun.promise;
    for (const step of steps) {
      vi.advanceTimersByTime(80_000_000);
      reported = Promise.withResolvers();
      step.resolve();
      await reported.promise;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    vi.advanceTimersByTime(86_400_000);
    expect(await failure).toMatchObject({ code: "ERR_TOKEN_TIMEOUT", retryable: true });
  });

  it.each<[string, () => void]>([
    [
      "throws",
      () => {
        throw new Error("a listener that fails");
      },
    ],
    [
      "rejects",
      async () => {
        throw new Error("a listener that fails");
      },
    ],
  ])("goes on when a listener %s", async (_, fail) => {
    let heard = 0;
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    onTestFinished(() => void process.off("unhandledRejection", unhandled));
    const server = await serverOf({
      call: async (_, __, context) => {
        for (const progress of [1, 2]) await report(context, progress);
        return { content: [{ type: "text", text: "done" }] };
      },
    });
    const { client, refs } = clientOf([server]);
    const onProgress = () => {
      heard++;
      return fail();
    };
    const options = { ...alice, onProgress };
    const { text } = await client.callMcpTool({ name: "t", server: refs[0] }, {}, options);
    await new Promise((resolve) => setImmediate(resolve));
    expect([text, heard, unhandled.mock.calls.length]).toEqual(["done", 2, 0]);
  });

  it("refuses an onProgress that is no function", async () => {
    const { client } = clientOf([]);
    const tool = { name: "t", server: { name: "s", url: "https://a.example" } };
    const call = client.callMcpTool(tool, {}, { ...alice, onProgress: "tell me" as never });
    await expect(call).rejects.toThrow('"onProgress" must be a function');
  });

  it("ends with ERR_TOKEN_TIMEOUT when the tool stays silent", async () => {
    const server = await serverOf({ call: () => new Promise(() => {}) });
    const { client, refs } = clientOf([server]);
    const call = client.callMcpTool(
      { name: "t", server: refs[0] },
      {},
      { ...alice, timeoutMs: 20 },
    );
    await expect(call).rejects.toMatchObject({ code: "ERR_TOKEN_TIMEOUT", retryable: true });
  });

  it("ends with ERR_TOKEN_TIMEOUT, too, when it is the token that does not come", async () => {
    const server = await serverOf({ era: "modern" });
    const silent: TokenSource = {
      identity: undefined,
      getToken: (_, { signal } = {}) =>
        new Promise((_, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason));
        }),
    };
    let source = scriptedTokens().source;
    const userTokens: TokenSource = {
      identity: undefined,
      getToken: (request, options) => source.getToken(request, options),
    };
    const { client } = clientOf([], {
      flow: scriptedFlow(userTokens).flow,
      allowInsecureHosts: [server.host],
    });
    const tool = { name: "t", server: { name: "s", url: server.url } };
    await client.callMcpTool(tool, {}, alice);
    source = silent;
    const call = client.callMcpTool(tool, {}, { ...alice, timeoutMs: 20 });
    await expect(call).rejects.toMatchObject({ code: "ERR_TOKEN_TIMEOUT", retryable: true });
  });

  it("ends with the reason of its signal, and leaves the session to other calls", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const server = await serverOf({
      call: (name) => {
        if (name === "quick") return { content: [{ type: "text", text: "done" }] };
        controller.abort(reason);
        return new Promise(() => {});
      },
    });
    const { client, refs } = clientOf([server]);
    const { signal } = controller;
    const slow = client.callMcpTool({ name: "slow", server: refs[0] }, {}, { ...alice, signal });
    await expect(slow).rejects.toBe(reason);
    expect((await client.callMcpTool({ name: "quick", server: refs[0] }, {}, alice)).text).toBe(
      "done",
    );
    const again = client.callMcpTool({ name: "quick", server: refs[0] }, {}, { ...alice, signal });
    await expect(again).rejects.toBe(reason);
  });

  it("resumes an answer whose stream the server closed, and opens no stream besides", async () => {
    const server = await serverOf({
      resumable: true,
      call: (_, __, context) => {
        context.http?.closeSSE?.();
        return { content: [{ type: "text", text: "resumed" }] };
      },
    });
    const { client, refs } = clientOf([server]);
    const result = await client.callMcpTool({ name: "t", server: refs[0] }, {}, alice);
    expect(result.text).toBe("resumed");
    expect(server.take()).toEqual([
      "POST server/discover",
      "POST initialize",
      "POST notifications/initialized",
      "POST tools/call",
      "GET",
    ]);
  });

  it("passes on what the source says, and what the tool says in JSON-RPC", async () => {
    const server = await serverOf({
      call: () => {
        throw Object.assign(new Error("no such tool"), { code: -32602 });
      },
    });
    const { client, refs } = clientOf([server]);
    const tool = { name: "t", server: refs[0] };
    await expect(client.callMcpTool(tool, {}, { userToken: "refused" })).rejects.toMatchObject({
      code: "ERR_TOKEN_OAUTH",
      oauthError: "invalid_grant",
    });
    await expect(client.callMcpTool(tool, {}, alice)).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining("no such tool"),
    });
  });

  it("says that a server cannot be reached", async () => {
    const server = await serverOf();
    const { client, refs } = clientOf([server]);
    await server.close();
    const call = client.callMcpTool({ name: "t", server: refs[0] }, {}, alice);
    const error = await call.catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "ERR_TOKEN_NETWORK", retryable: true });
    expect(String(error)).toMatch(/nothing listens there \(ECONNREFUSED\); check host and port$/);
  });

  it("checks structured content against the schema that the tool was listed with", async () => {
    const outputSchema = {
      type: "object" as const,
      properties: { n: { type: "number" as const } },
      required: ["n"],
    };
    const server = await serverOf({
      pages: [[{ name: "t", inputSchema: { type: "object" }, outputSchema }]],
      call: (_, args) => ({ content: [], structuredContent: args as Record<string, unknown> }),
    });
    const { client } = clientOf([server]);
    const tool = toolOf((await client.listMcpTools(alice)).tools);
    const { structuredContent } = await client.callMcpTool(tool, { n: 1 }, alice);
    expect(structuredContent).toEqual({ n: 1 });
    await expect(client.callMcpTool(tool, { n: "one" }, alice)).rejects.toThrow("output schema");
  });
});
