import { randomUUID } from "node:crypto";
import { type Message, Role } from "@a2a-js/sdk";
import {
  ClientFactory,
  ClientFactoryOptions,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
} from "@a2a-js/sdk/client";
import type { RequestInit } from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LobAgent } from "../../test-support/lob-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

let mock: MockSts;
let lob: LobAgent;
let token: string;
beforeAll(async () => {
  mock = await startMockSts();
  lob = new LobAgent(mock);
  const userToken = await mock.userToken({ sub: "alice", tenant: "tenant-a" });
  token = (await lob.gatewayToken("tenant-a", userToken)).token;
});
afterEach(() => {
  mock.controls.reset();
  mock.recorder.clear();
});
afterAll(async () => {
  await lob[Symbol.asyncDispose]();
  await mock.close();
});

const agentOf = (tenant: string) =>
  mock.tenants.find(({ subdomain }) => subdomain === tenant)?.agents[0]?.url ?? "";

/** Sends a body to the agent of a tenant and returns the response. */
async function post(body: unknown, headers: Record<string, string> = {}, tenant = "tenant-a") {
  const response = await lob.fetch(agentOf(tenant), {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, response: text.startsWith("{") ? JSON.parse(text) : text };
}

const oldMessage = {
  jsonrpc: "2.0",
  id: 7,
  method: "message/send",
  params: {
    message: {
      kind: "message",
      messageId: "m1",
      role: "user",
      parts: [{ kind: "text", text: "Hello" }],
    },
  },
};

describe("an agent", () => {
  it("sends back what the SDK's client sends it, and says who did", async () => {
    // The SDK's types are the DOM's, undici has its own; at run time they are the same.
    const send = ((url: string, init?: RequestInit) => {
      const headers = { ...(init?.headers as object), Authorization: `Bearer ${token}` };
      return lob.fetch(url, { ...init, headers });
    }) as unknown as typeof fetch;
    const factory = new ClientFactory(
      ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
        transports: [new JsonRpcTransportFactory({ fetchImpl: send })],
        cardResolver: new DefaultAgentCardResolver({ fetchImpl: send }),
      }),
    );
    const client = await factory.createFromUrl(`${agentOf("tenant-a")}/`);
    const response = (await client.sendMessage({
      tenant: "",
      message: {
        messageId: randomUUID(),
        contextId: "c1",
        taskId: "",
        role: Role.ROLE_USER,
        parts: [
          {
            content: { $case: "text", value: "Hello" },
            metadata: undefined,
            filename: "",
            mediaType: "text/plain",
          },
        ],
        metadata: undefined,
        extensions: [],
        referenceTaskIds: [],
      },
      configuration: undefined,
      metadata: undefined,
    })) as Message;
    expect(response).toMatchObject({
      contextId: "c1",
      role: Role.ROLE_AGENT,
      parts: [{ content: { $case: "text", value: "Hello" } }],
      metadata: { caller: { sub: "alice" } },
    });
    const [message] = mock.recorder.requests.filter(({ route }) => route === "a2a");
    expect(message).toMatchObject({
      agent: "cost-center-agent",
      tenant: "tenant-a",
      a2a: { version: "1.0", methods: ["SendMessage"] },
      bearer: { claims: { sub: "alice" } },
      status: 200,
    });
    const asked = { agent: "cost-center-agent", subject: "alice" };
    expect(mock.recorder.count({ ...asked, a2aMethod: "SendMessage" })).toBe(1);
    expect(mock.recorder.count({ ...asked, a2aMethod: "GetTask" })).toBe(0);
  });

  it("speaks version 0.3 with clients that name no version, or that one", async () => {
    const headers: Record<string, string>[] = [{}, { "A2A-Version": "0.3" }];
    for (const version of headers) {
      const { status, response } = await post(oldMessage, version);
      expect(status).toBe(200);
      expect(response).toMatchObject({
        id: 7,
        result: {
          kind: "message",
          role: "agent",
          parts: [{ kind: "text", text: "Hello" }],
          metadata: { caller: { sub: "alice" } },
        },
      });
    }
    expect(mock.recorder.requests.map(({ a2a }) => a2a)).toEqual([
      { version: "0.3", methods: ["message/send"] },
      { version: "0.3", methods: ["message/send"] },
    ]);
  });

  it("responds to unsupported requests with errors of JSON-RPC", async () => {
    const streaming = { ...oldMessage, method: "SendStreamingMessage" };
    const responses = [
      await post("{"),
      await post({ ...oldMessage, method: "tasks/forget" }),
      await post({ ...oldMessage, method: "message/stream" }),
      await post(streaming, { "A2A-Version": "1.0" }),
      await post(oldMessage, { "A2A-Version": "9" }),
    ];
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const codes = responses.map(({ response }) => response.error?.code);
    expect(codes).toEqual([-32600, -32601, -32004, -32004, -32009]);
    expect(JSON.stringify(responses)).not.toContain(token);
  });

  it("takes tokens of its tenant only, and no revoked one", async () => {
    expect((await post(oldMessage, { Authorization: "" })).status).toBe(401);
    expect((await post(oldMessage, {}, "tenant-b")).status).toBe(401);
    expect(mock.recorder.requests.at(-1)?.error).toBe("invalid_token");
    const userToken = await mock.userToken({ sub: "bob", tenant: "tenant-a" });
    const bob = await lob.gatewayToken("tenant-a", userToken);
    const Authorization = `Bearer ${bob.token}`;
    expect((await post(oldMessage, { Authorization })).status).toBe(200);
    mock.controls.revoke({ subject: "bob" });
    expect((await post(oldMessage, { Authorization })).status).toBe(401);
    expect((await post(oldMessage)).status).toBe(200);
  });

  it("fails on command, and can refuse every token by name", async () => {
    mock.controls.failNext({ status: 503 }, { route: "a2a" });
    expect((await post(oldMessage)).status).toBe(503);
    mock.controls.alwaysUnauthorized = ["cost-center-agent"];
    expect((await post(oldMessage)).status).toBe(401);
  });

  it("is described by its protected resource metadata", async () => {
    const { origin, pathname } = new URL(agentOf("tenant-a"));
    const url = `${origin}/.well-known/oauth-protected-resource${pathname}`;
    const metadata = (await (await lob.fetch(url)).json()) as { resource: string };
    expect(metadata.resource).toBe(agentOf("tenant-a"));
  });
});
