import { describe, expect, it, onTestFinished, vi } from "vitest";
import { clientOf, serverOf } from "../connected-client.test-support.ts";
import { type AgentGatewayClientOptions, mcpServers } from "../index.ts";
import type { Refusal, SeenRequest } from "../mcp-server.test-support.ts";
import { scriptedTokens } from "../scripted-tokens.test-support.ts";

const alice = { userToken: "alice" };
const INITIALIZED = "notifications/initialized";

/** A server whose sessions come to life and cannot be used, and which says when it is told that one ends. */
async function halfOpen(refuse: (seen: SeenRequest) => Refusal | undefined | Promise<undefined>) {
  const told = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const server = await serverOf();
  server.behaviour.refuse = (seen) => {
    if (seen.http === "DELETE") told.resolve();
    if (seen.rpc === INITIALIZED) reached.resolve();
    return refuse(seen);
  };
  const tool = { name: "echo", server: { name: "s", url: server.url } };
  const connect = (options: Partial<AgentGatewayClientOptions> = {}) =>
    clientOf([server], options).client;
  const deletes = () => server.take().filter((request) => request === "DELETE");
  return { server, tool, connect, deletes, told: told.promise, reached: reached.promise };
}

const never = () => new Promise<undefined>(() => {});
const unusable = ({ body }: SeenRequest): Refusal => ({
  status: 200,
  headers: { "mcp-session-id": "a-session" },
  body: JSON.stringify({
    jsonrpc: "2.0",
    id: (body as { id: unknown }).id,
    result: {
      protocolVersion: "1999-01-01",
      capabilities: {},
      serverInfo: { name: "s", version: "1" },
    },
  }),
});

describe("a session whose opening fails half-way", () => {
  it.each([400, 403, 500, 503, "reset"] as const)(
    "is ended at the server once, when the last step is answered with %s",
    async (refusal) => {
      const { server, tool, connect, deletes, told } = await halfOpen(({ rpc }) =>
        rpc === INITIALIZED ? refusal : undefined,
      );
      const client = connect();
      await expect(client.callMcpTool(tool, {}, alice)).rejects.toThrow("Cannot");
      await told;
      await client.close();
      expect(deletes()).toHaveLength(1);
      expect(server.sessions.size).toBe(0);
    },
  );

  it("is ended at the server, when the server speaks an unknown revision", async () => {
    const { server, tool, connect, told } = await halfOpen((seen) =>
      seen.rpc === "initialize" ? unusable(seen) : undefined,
    );
    await expect(connect().callMcpTool(tool, {}, alice)).rejects.toThrow("Cannot");
    await told;
    expect(server.seen.at(-1)).toMatchObject({ http: "DELETE", session: "a-session" });
    expect(server.seen.at(-1)?.authorization).toBe("Bearer alice-1");
  });

  it("is ended at the server, when the last step is never answered", async () => {
    const { server, tool, connect, deletes, told } = await halfOpen(({ rpc }) =>
      rpc === INITIALIZED ? never() : undefined,
    );
    const client = connect({ timeoutMs: 200 });
    const call = client.callMcpTool(tool, {}, alice);
    await expect(call).rejects.toMatchObject({ code: "ERR_TOKEN_TIMEOUT" });
    await told;
    await client.close();
    expect(deletes()).toHaveLength(1);
    expect(server.sessions.size).toBe(0);
  });

  it("is ended at the server before a client that closes meanwhile is closed", async () => {
    const { server, tool, connect, reached } = await halfOpen(({ rpc }) =>
      rpc === INITIALIZED ? never() : undefined,
    );
    const client = connect();
    const user = new AbortController();
    const call = client.callMcpTool(tool, {}, { ...alice, signal: user.signal });
    await reached;
    user.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    await client.close();
    expect(server.take().at(-1)).toBe("DELETE");
    expect(server.sessions.size).toBe(0);
  });

  it("delays nobody who calls, and waits 5 seconds for the response to its end", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const signals: AbortSignal[] = [];
    const begun = Promise.withResolvers<void>();
    const flow = mcpServers({
      tokens: scriptedTokens().source,
      servers: [],
      fetch: async (input, init) => {
        if (init?.method !== "DELETE") return globalThis.fetch(input, init);
        if (init.signal) signals.push(init.signal);
        begun.resolve();
        return new Promise(() => {});
      },
    });
    const { tool, connect } = await halfOpen(({ rpc }) => (rpc === INITIALIZED ? 503 : undefined));
    const client = connect({ flow });
    await expect(client.callMcpTool(tool, {}, alice)).rejects.toMatchObject({ status: 503 });
    await begun.promise;
    vi.advanceTimersByTime(4_999);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    vi.advanceTimersByTime(1);
    await client.close();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});
