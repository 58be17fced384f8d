import { createAccessToken, type TokenSource } from "@agent-oauth/core";
import { describe, expect, expectTypeOf, it } from "vitest";
import { scriptedFlow } from "./flow.test-support.ts";
import {
  type AgentGatewayClient,
  type CallMcpToolOptions,
  createAgentGatewayClient,
  type ListOptions,
  mcpServers,
} from "./index.ts";

/** A client that nothing can be asked of without being noticed, called as JavaScript may call it. */
function watched() {
  const asked: unknown[] = [];
  const source: TokenSource = {
    identity: "watched",
    async getToken(request) {
      asked.push(request);
      return createAccessToken({ token: "sentinel" });
    },
  };
  const server = { name: "s", url: "https://mcp.example/mcp" };
  const { flow, listed } = scriptedFlow(source, {
    systemTokens: source,
    servers: [server],
    agents: [{ name: "a", url: "https://a.example" }],
    fetch: async () => {
      asked.push("fetch");
      return new Response(null, { status: 500 });
    },
  });
  const client = createAgentGatewayClient({ flow });
  const tool = { name: "t", server };
  const as = (options: unknown) => options as never;
  const methods: Readonly<Record<string, (options: unknown) => Promise<unknown>>> = {
    getSystemAuth: (options) => client.getSystemAuth(as(options)),
    getUserAuth: (options) => client.getUserAuth("alice", as(options)),
    listMcpTools: (options) => client.listMcpTools(as(options)),
    listAgentCards: (options) => client.listAgentCards(as(options)),
    callMcpTool: (options) => client.callMcpTool(tool, {}, as(options)),
    getClientId: (options) => client.getClientId(as(options)),
  };
  return { methods, asked, listed };
}

const METHODS = Object.keys(watched().methods);

/** Refused before anybody is asked for anything; the error shows no value. */
async function expectRefusal(method: string, options: unknown, message: string) {
  const { methods, asked, listed } = watched();
  const call = methods[method]?.(options);
  const error = await call?.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error, `${method} ${message}`).toBeInstanceOf(TypeError);
  expect(String(error)).toContain(message);
  expect(String(error)).not.toContain("secret");
  expect([...asked, ...listed]).toEqual([]);
}

const JUNK: readonly [string, unknown, string][] = [
  ["a text", "secret", "a string"],
  ["an empty text", "", "a string"],
  ["a number", 7, "a number"],
  ["false", false, "a boolean"],
  ["null", null, "null"],
  ["a list", ["secret"], "a list"],
  ["a function", () => ({ userToken: "secret" }), "a function"],
  ["a promise", Promise.resolve({ userToken: "secret" }), 'a promise (is an "await" missing?)'],
  ["a map", new Map([["userToken", "secret"]]), "an instance of Map"],
  ["headers", new Headers({ authorization: "secret" }), "an instance of Headers"],
];

describe.each(METHODS)("%s", (method) => {
  it.each(JUNK)("refuses %s in the place of its options", async (_, options, kind) => {
    await expectRefusal(method, options, kind);
  });

  it("refuses a name that there is none of, and says which was meant", async () => {
    const caller = /^(list|call)/.test(method) ? { system: true } : {};
    await expectRefusal(
      method,
      { ...caller, timeoutms: 5 },
      '"timeoutms"; did you mean "timeoutMs"?',
    );
    await expectRefusal(method, { ...caller, nonsense: undefined }, "there is no option");
    await expectRefusal(method, { ...caller, [Symbol("nonsense")]: 1 }, "there is no option");
  });
});

describe.each(["listMcpTools", "listAgentCards", "callMcpTool"])("%s asks for whom", (method) => {
  it.each([
    ["nothing", undefined],
    ["neither", {}],
    ["a tenant alone", { tenant: "t" }],
    ["both", { userToken: "secret", system: true }],
    ["system: false", { system: false }],
    ["a user and system: false", { userToken: "secret", system: false }],
    ["a system that is a text", { system: "true" }],
    ["a system that is undefined", { system: undefined }],
  ])("and refuses %s", async (_, options) => {
    await expectRefusal(method, options, "say for whom, either { userToken } or { system: true }");
  });

  it.each(["user_token", "userTokn", "usertoken", "UserToken"])("and refuses %s", async (name) => {
    await expectRefusal(method, { [name]: "secret" }, `"${name}"; did you mean "userToken"?`);
  });

  it("and refuses a user token that is undefined, or belongs to no user", async () => {
    await expectRefusal(method, { userToken: undefined }, '"userToken" is undefined');
    await expectRefusal(method, { system: true, principal: "p" }, '"principal" names a user');
  });
});

describe("getSystemAuth and getUserAuth", () => {
  it("refuse what would be another's call", async () => {
    await expectRefusal("getSystemAuth", { userToken: "secret" }, "is for getUserAuth()");
    await expectRefusal("getSystemAuth", { user_token: "secret" }, '"user_token"');
    await expectRefusal("getSystemAuth", { principal: "p" }, '"principal"');
    await expectRefusal("getUserAuth", { userToken: "secret" }, '"userToken"');
    await expectRefusal("getUserAuth", { system: true }, '"system"');
    await expectRefusal("getClientId", { tenant: "t" }, '"tenant"');
  });
});

describe("a filter", () => {
  it.each([
    [{ gtids: ["nobody"] }, '"gtids"; there are names, ordIds'],
    [{ name: ["a"] }, '"name"; did you mean "names"?'],
    [{ ordIDs: ["a"] }, '"ordIDs"; did you mean "ordIds"?'],
    [{ names: undefined, toolNames: [] }, '"toolNames"; did you mean "names"?'],
    [["a"], '"filter" must be a plain object, not a list'],
    ["a", '"filter" must be a plain object, not a string'],
    [null, '"filter" must be a plain object, not null'],
    [{ names: undefined }, '"names" must be a list of strings'],
    [{ ordIds: undefined }, '"ordIds" must be a list of strings'],
    [{ names: "a" }, '"names" must be a list of strings'],
  ])("%j is refused", async (filter, message) => {
    await expectRefusal("listMcpTools", { userToken: "secret", filter }, message);
    await expectRefusal("listAgentCards", { userToken: "secret", filter }, message);
  });
});

describe("createAgentGatewayClient and mcpServers", () => {
  const { flow } = scriptedFlow({ identity: "x", getToken: () => Promise.reject() });
  const tokens = flow.userTokens;
  const ref = { name: "s", url: "https://a.example/mcp" };

  it.each(JUNK)("refuse %s in the place of their options", (_, options, kind) => {
    expect(() => createAgentGatewayClient(options as never)).toThrow(TypeError);
    expect(() => createAgentGatewayClient(options as never)).toThrow(kind);
    expect(() => mcpServers(options as never)).toThrow(kind);
  });

  it.each<[object, string]>([
    [{ flow, allowInsecureHost: [] }, 'did you mean "allowInsecureHosts"?'],
    [{ flow, timeout: 5 }, 'did you mean "timeoutMs"?'],
    [{ flow, clientInfo: { name: "a", version: "1", titel: "b" } }, '"titel"'],
  ])("refuse the client's %j", (options, message) => {
    expect(() => createAgentGatewayClient(options as never)).toThrow(message);
  });

  it.each<[object, string]>([
    [{ tokens, servers: [], system_tokens: tokens }, 'did you mean "systemTokens"?'],
    [
      { tokens, servers: [{ ...ref, requests: {} }] },
      'Cannot use "servers[0]": there is no member "requests"; did you mean "request"?',
    ],
    [
      { tokens, servers: [ref, { nme: "s", url: ref.url }] },
      'Cannot use "servers[1]": there is no member "nme"; did you mean "name"?',
    ],
    [
      { tokens, servers: [{ ...ref, request: { audiance: ["a"] } }] },
      'Cannot use "servers[0].request": there is no member "audiance"; did you mean "audience"?',
    ],
    [
      { tokens, servers: [{ ...ref, tools: { t: { scopes: ["a"] } } }] },
      'there is no member "scopes"; did you mean "scope"?',
    ],
    [{ tokens, servers: [{ ...ref, tools: ["t"] }] }, '"servers[0].tools" must be a plain object'],
  ])("refuse a flow's %j", (options, message) => {
    expect(() => mcpServers(options as never)).toThrow(message);
  });
});

describe("a tool reference", () => {
  it.each([
    [
      { request: { audiance: ["a"] } },
      'Cannot use the "request" of the MCP server "s": there is no member "audiance"; did you mean "audience"?',
    ],
    [{ tools: { t: { subjectToken: "secret" } } }, '"subjectToken"'],
    [{ request: "secret" }, "it must be a plain object, not a string"],
  ])("that asks for a token by %j is refused", async (more, message) => {
    const { flow } = scriptedFlow({ identity: "x", getToken: () => Promise.reject() });
    const client = createAgentGatewayClient({ flow });
    const server = { name: "s", url: "https://a.example/mcp", ...more };
    const call = client.callMcpTool({ name: "t", server } as never, {}, { userToken: "secret" });
    await expect(call).rejects.toThrow(TypeError);
    await expect(call).rejects.toThrow(message);
    await expect(call).rejects.not.toThrow("secret");
  });
});

describe("the types", () => {
  it("ask for whom, too", () => {
    expectTypeOf<{ userToken: string }>().toExtend<ListOptions>();
    expectTypeOf<{ system: true }>().toExtend<ListOptions>();
    expectTypeOf<{ userToken: string; tenant: string }>().toExtend<CallMcpToolOptions>();
    expectTypeOf<{ tenant: string }>().not.toExtend<ListOptions>();
    expectTypeOf<{ userToken: string; system: true }>().not.toExtend<ListOptions>();
    expectTypeOf<{ userToken: undefined }>().not.toExtend<ListOptions>();
    expectTypeOf<{ system: boolean }>().not.toExtend<CallMcpToolOptions>();
    expectTypeOf<AgentGatewayClient["listMcpTools"]>().parameters.toEqualTypeOf<[ListOptions]>();
    expectTypeOf<AgentGatewayClient["listAgentCards"]>().parameters.toEqualTypeOf<[ListOptions]>();
  });
});
