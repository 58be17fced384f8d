import {
  type AccessToken,
  cachingTokenSource,
  createAccessToken,
  TokenError,
  type TokenEvent,
  type TokenSource,
} from "@agent-oauth/core";
import { describe, expect, expectTypeOf, it } from "vitest";
import { clientOf, serverOf } from "./connected-client.test-support.ts";
import { scriptedFlow } from "./flow.test-support.ts";
import {
  type AgentGatewayClient,
  createAgentGatewayClient,
  type GatewayFlow,
  type GatewayToken,
  type McpServerRef,
} from "./index.ts";
import { scriptedTokens } from "./scripted-tokens.test-support.ts";

const caught = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("a flow of another package", () => {
  it("fits by its shape alone, and its tokens come out as they are", () => {
    interface Ref {
      readonly name: string;
      readonly url: string;
      readonly ordId: string;
      readonly globalTenantId: string;
    }
    interface StructuralToken extends AccessToken {
      readonly gatewayUrl: string;
    }
    interface StructuralFlow {
      readonly systemTokens: TokenSource<StructuralToken>;
      readonly userTokens: TokenSource<StructuralToken>;
      readonly singleTenant: true;
      clearTokens(): void;
      listMcpServers(options?: { tenant?: string; signal?: AbortSignal }): Promise<Ref[]>;
      listAgents(options?: { tenant?: string; signal?: AbortSignal }): Promise<Ref[]>;
      clientId(options?: { signal?: AbortSignal }): Promise<string>;
      readonly fetch: typeof globalThis.fetch;
      close(): Promise<void>;
    }
    expectTypeOf<StructuralFlow>().toExtend<GatewayFlow<GatewayToken>>();
    expectTypeOf<GatewayFlow<GatewayToken>>().toExtend<GatewayFlow>();
    expectTypeOf<Ref>().toExtend<McpServerRef>();
    const create = (flow: StructuralFlow) => createAgentGatewayClient({ flow });
    expectTypeOf(create).returns.toEqualTypeOf<AgentGatewayClient<StructuralToken>>();
    expectTypeOf<
      AgentGatewayClient<GatewayToken>["getUserAuth"]
    >().returns.resolves.toEqualTypeOf<GatewayToken>();
  });
});

describe("getUserAuth and getSystemAuth", () => {
  it("return the flow's token for the user, principal and tenant", async () => {
    const users = scriptedTokens({ gatewayUrl: "https://gateway.example" });
    const system = scriptedTokens();
    const { flow } = scriptedFlow(users.source, { systemTokens: system.source });
    const client = createAgentGatewayClient({ flow });
    const options = { principal: "alice", tenant: async () => "acme" };
    const token = await client.getUserAuth(() => "Bearer jwt", options);
    expect(token).toMatchObject({ token: "jwt-1", gatewayUrl: "https://gateway.example" });
    expect(users.asked[0]?.request).toEqual({
      subjectToken: "jwt",
      principal: "alice",
      tenant: "acme",
    });
    expect((await client.getSystemAuth({ tenant: "acme" })).token).toBe("system-1");
    expect(system.asked[0]?.request).toEqual({ tenant: "acme" });
  });

  it.each([undefined, "", " ", "Bearer ", () => ""])(
    "never give the system token to the user %j",
    async (userToken) => {
      const system = scriptedTokens();
      const { flow } = scriptedFlow(scriptedTokens().source, { systemTokens: system.source });
      const client = createAgentGatewayClient({ flow });
      const kind = typeof userToken === "function" ? TokenError : TypeError;
      const auth = client.getUserAuth(userToken as never);
      await expect(auth).rejects.toBeInstanceOf(kind);
      await expect(auth).rejects.toThrow("use getSystemAuth() if there is no user");
      const list = client.listMcpTools({ userToken: userToken as never });
      await expect(list).rejects.toBeInstanceOf(kind);
      await expect(list).rejects.toThrow("use { system: true } if there is no user");
      expect(system.asked).toEqual([]);
    },
  );

  it("do not confuse each other's callers", async () => {
    const { flow } = scriptedFlow(scriptedTokens().source, {
      systemTokens: scriptedTokens().source,
    });
    const client = createAgentGatewayClient({ flow });
    const options: object = { userToken: "jwt" };
    await expect(client.getSystemAuth(options)).rejects.toThrow('"userToken" is for getUserAuth()');
  });

  it("say that a user is needed if the flow has no system tokens", async () => {
    const { flow } = scriptedFlow(scriptedTokens().source);
    const error = await caught(createAgentGatewayClient({ flow }).getSystemAuth());
    expect(error).toMatchObject({ code: "ERR_TOKEN_SUBJECT_REQUIRED" });
    expect(String(error)).toMatch(/tokens for users only; call getUserAuth\(userToken\)$/);
  });

  it("end with the time or the signal of the call", async () => {
    const silent: TokenSource = { identity: undefined, getToken: () => new Promise(() => {}) };
    const client = createAgentGatewayClient({ flow: scriptedFlow(silent).flow });
    const late = client.getUserAuth("jwt", { timeoutMs: 5 });
    await expect(late).rejects.toMatchObject({ code: "ERR_TOKEN_TIMEOUT", retryable: true });
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await expect(client.getUserAuth("jwt", { signal })).rejects.toBe(reason);
    for (const timeoutMs of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
      await expect(client.getUserAuth("jwt", { timeoutMs })).rejects.toThrow(
        /"timeoutMs".*RangeError|"timeoutMs"/,
      );
    }
  });
});

describe("the tenant", () => {
  it("is dropped, with an event, for flows that have only one", async () => {
    const users = scriptedTokens();
    const system = scriptedTokens();
    const events: TokenEvent[] = [];
    const server = await serverOf();
    const { flow, listed } = scriptedFlow(users.source, {
      singleTenant: true,
      systemTokens: system.source,
      servers: [{ name: "s", url: server.url }],
    });
    const clock = { now: () => 7, monotonic: () => 0 };
    const onEvent = (event: TokenEvent) => {
      events.push(event);
      throw new Error("a sink that fails");
    };
    const { client } = clientOf([], { flow, clock, onEvent, allowInsecureHosts: [server.host] });
    await client.getUserAuth("jwt", { tenant: "acme" });
    await client.getSystemAuth({ tenant: "acme" });
    await client.listMcpTools({ userToken: "jwt", tenant: "acme" });
    await client.getUserAuth("jwt");
    expect(events).toEqual(
      Array(3).fill({ type: "tenant-dropped", identity: "scripted", at: 7, tenant: "acme" }),
    );
    const requests = [...users.asked, ...system.asked].map(({ request }) => request);
    for (const request of requests) expect(request).not.toHaveProperty("tenant");
    expect(listed).toEqual([undefined]);
  });

  it("is handed to flows that have many", async () => {
    const users = scriptedTokens();
    const { flow, listed } = scriptedFlow(users.source);
    const client = createAgentGatewayClient({ flow });
    await client.listMcpTools({ userToken: "jwt", tenant: () => "acme" });
    await client.listAgentCards({ userToken: "jwt", tenant: "other" });
    expect(listed).toEqual(["acme", "other"]);
  });
});

describe("getClientId and clearTokenCache", () => {
  it("ask the flow", async () => {
    const { flow, done } = scriptedFlow(scriptedTokens().source);
    const client = createAgentGatewayClient({ flow });
    expect(await client.getClientId()).toBe("client-1");
    client.clearTokenCache();
    expect(done).toEqual(["clearTokens"]);
  });

  it("get a new token for the next call", async () => {
    const server = await serverOf();
    const { client, refs, tokens } = clientOf([server]);
    const call = () =>
      client.callMcpTool({ name: "echo", server: refs[0] }, {}, { userToken: "alice" });
    await call();
    await call();
    expect(tokens.asked).toHaveLength(1);
    client.clearTokenCache();
    await call();
    expect(tokens.asked).toHaveLength(2);
    expect(server.seen.at(-1)?.authorization).toBe("Bearer alice-2");
  });
});

describe("close", () => {
  it("waits for calls under way, ends the sessions, and leaves a flow that was given", async () => {
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const server = await serverOf({
      call: async () => {
        begun.resolve();
        await gate.promise;
        return { content: [{ type: "text", text: "done" }] };
      },
    });
    const { flow, done } = scriptedFlow(cachingTokenSource(scriptedTokens().source));
    const { client } = clientOf([], { flow, allowInsecureHosts: [server.host] });
    const tool = { name: "t", server: { name: "s", url: server.url } };
    const call = client.callMcpTool(tool, {}, { userToken: "alice" });
    await begun.promise;
    const closing = client.close();
    expect(client.close()).toBe(closing);
    expect(server.seen.map(({ http }) => http)).not.toContain("DELETE");
    gate.resolve();
    expect((await call).text).toBe("done");
    await closing;
    expect(server.seen.at(-1)?.http).toBe("DELETE");
    expect(server.sessions.size).toBe(0);
    expect(done).toEqual([]);
  });

  it("refuses a call that was still finding out who calls, and looks for no flow", async () => {
    let detected = 0;
    const userToken = Promise.withResolvers<string>();
    const client = createAgentGatewayClient({ flows: [async () => void detected++] as never });
    const call = client.getUserAuth(() => userToken.promise);
    await client.close();
    userToken.resolve("jwt");
    await expect(call).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
    expect(detected).toBe(0);
  });

  it("makes every later call fail", async () => {
    const { flow } = scriptedFlow(scriptedTokens().source);
    const client = createAgentGatewayClient({ flow });
    await client[Symbol.asyncDispose]();
    const tool = { name: "t", server: { name: "s", url: "https://a.example" } };
    const calls = [
      client.getSystemAuth(),
      client.getUserAuth("jwt"),
      client.listMcpTools({ system: true }),
      client.listAgentCards({ system: true }),
      client.callMcpTool(tool, {}, { system: true }),
      client.getClientId(),
    ];
    for (const error of await Promise.all(calls.map(caught))) {
      expect(error).toMatchObject({ code: "ERR_TOKEN_CLOSED", retryable: false });
    }
  });
});

describe("listAgentCards", () => {
  it("reads the card of each agent with a token, filtered by name and ORD id", async () => {
    const asked: (string | null)[][] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const { url, headers } = new Request(input, init);
      asked.push([url, headers.get("authorization")]);
      if (url.includes("broken")) return new Response("sentinel", { status: 500 });
      if (url.includes("odd")) return Response.json(["no card"]);
      return Response.json({ name: `card of ${new URL(url).hostname}`, skills: [] });
    };
    const agents = [
      { name: "a", url: "https://a.example/base///", ordId: "ord:a" },
      { name: "b", url: "https://b.example", ordId: "ord:b" },
      { name: "c", url: "https://broken.example", ordId: "ord:b" },
      { name: "d", url: "https://odd.example", ordId: "ord:b" },
      { name: "e", url: "http://insecure.example", ordId: "ord:b" },
    ];
    const { flow } = scriptedFlow(scriptedTokens().source, { agents, fetch });
    const client = createAgentGatewayClient({ flow });
    const first = await client.listAgentCards({ userToken: "jwt", filter: { ordIds: ["ord:a"] } });
    expect(first).toEqual({
      cards: [
        {
          name: "card of a.example",
          agent: agents[0],
          card: { name: "card of a.example", skills: [] },
        },
      ],
      failures: [],
    });
    expect(asked).toEqual([["https://a.example/base/.well-known/agent-card.json", "Bearer jwt-1"]]);
    const { cards, failures } = await client.listAgentCards({
      userToken: "jwt",
      filter: { names: ["card of b.example"] },
    });
    expect(cards.map(({ name }) => name)).toEqual(["card of b.example"]);
    expect(failures).toMatchObject([
      { ref: agents[2], error: { code: "ERR_TOKEN_HTTP", status: 500 } },
      { ref: agents[3], error: { code: "ERR_TOKEN_RESPONSE" } },
      { ref: agents[4], error: { code: "ERR_TOKEN_ORIGIN" } },
    ]);
  });

  it("reads a card that comes after its headers", async () => {
    const begun = Promise.withResolvers<void>();
    const fetch: typeof globalThis.fetch = async (_, { signal } = {}) => {
      const body = new ReadableStream({
        async pull(controller) {
          await begun.promise;
          if (signal?.aborted) controller.error(signal.reason);
          else controller.enqueue(new TextEncoder().encode('{"name":"A"}'));
          controller.close();
        },
      });
      setImmediate(begun.resolve);
      return new Response(body);
    };
    const agents = [{ name: "a", url: "https://a.example" }];
    const { flow } = scriptedFlow(scriptedTokens().source, { agents, fetch });
    const { cards } = await createAgentGatewayClient({ flow }).listAgentCards({ userToken: "jwt" });
    expect(cards).toMatchObject([{ name: "A" }]);
  });

  it("reads no more than 1 MiB of a card", async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        // Ends at last, so that one who reads it all fails and does not hang.
        if (++pulled > 100) controller.close();
        else controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    const agents = [{ name: "a", url: "https://a.example" }];
    const fetch = async () => new Response(endless);
    const { flow } = scriptedFlow(scriptedTokens().source, { agents, fetch });
    const client = createAgentGatewayClient({ flow });
    await expect(client.listAgentCards({ userToken: "jwt" })).rejects.toMatchObject({
      code: "ERR_TOKEN_RESPONSE",
    });
    expect(pulled).toBeLessThan(20);
  });

  it("takes a missing card for no agent only where there need not be one", async () => {
    const agents = [
      { name: "a", url: "https://a.example", optional: true },
      { name: "b", url: "https://b.example" },
      { name: "c", url: "https://c.example", optional: true },
    ];
    const fetch: typeof globalThis.fetch = async (input) =>
      String(input).includes("c.example")
        ? new Response(null, { status: 403 })
        : new Response(null, { status: 404 });
    const { flow } = scriptedFlow(scriptedTokens().source, { agents, fetch });
    const client = createAgentGatewayClient({ flow });
    const { cards, failures } = await client.listAgentCards({ userToken: "jwt" });
    expect(cards).toEqual([]);
    expect(failures).toMatchObject([
      { ref: agents[1], error: { status: 404 } },
      { ref: agents[2], error: { status: 403 } },
    ]);
  });

  it("sends no token for another gateway to an agent, and retries once after a 401", async () => {
    const elsewhere = scriptedTokens({ gatewayUrl: "https://gateway.example" });
    const agents = [{ name: "a", url: "https://a.example" }];
    let answers = 0;
    const fetch = async () =>
      ++answers === 1 ? new Response(null, { status: 401 }) : Response.json({ name: "A" });
    const bad = createAgentGatewayClient({
      flow: scriptedFlow(elsewhere.source, { agents, fetch }).flow,
    });
    await expect(bad.listAgentCards({ userToken: "jwt" })).rejects.toMatchObject({
      code: "ERR_TOKEN_ORIGIN",
    });
    expect(answers).toBe(0);
    const tokens = scriptedTokens();
    const good = createAgentGatewayClient({
      flow: scriptedFlow(tokens.source, { agents, fetch }).flow,
    });
    expect((await good.listAgentCards({ userToken: "jwt" })).cards).toHaveLength(1);
    expect(tokens.asked[1]?.options.rejected?.token).toBe("jwt-1");
  });
});

it("createAccessToken keeps the gateway's URL on the token", () => {
  const token = createAccessToken({ token: "t", gatewayUrl: "https://gateway.example" });
  expectTypeOf(token).toExtend<GatewayToken>();
  expect(token.gatewayUrl).toBe("https://gateway.example");
});
