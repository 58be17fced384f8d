import { describe, expect, it } from "vitest";
import { clientOf, serverOf } from "./connected-client.test-support.ts";
import { createAgentGatewayClient, DiscoveryError, mcpServers } from "./index.ts";

const alice = { userToken: "alice" };
const caught = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const never = () => new Promise<never>(() => {});

describe("the option timeoutMs of a tool call", () => {
  const late = /there was no response within 50 ms$/;

  it.each([
    ["userToken", { userToken: never }],
    ["tenant", { ...alice, tenant: never }],
  ])("ends a call whose function %s hangs", async (_, caller) => {
    const server = await serverOf();
    const { client, refs } = clientOf([server]);
    const tool = { name: "echo", server: refs[0] };
    const error = await caught(client.callMcpTool(tool, {}, { ...caller, timeoutMs: 50 }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_TIMEOUT" });
    expect(String(error)).toMatch(late);
    expect(server.take()).toEqual([]);
  });

  it("ends a call whose token does not come, and never calls the tool", async () => {
    const server = await serverOf();
    const servers = [{ name: "s", url: server.url }];
    const gate = Promise.withResolvers<void>();
    const tokens = {
      identity: undefined,
      getToken: async () => {
        await gate.promise;
        return { token: "t", tokenType: "Bearer" } as never;
      },
    };
    const client = createAgentGatewayClient({
      flow: mcpServers({ tokens, servers }),
      allowInsecureHosts: [server.host],
    });
    const tool = { name: "echo", server: servers[0] as (typeof servers)[number] };
    const error = await caught(client.callMcpTool(tool, {}, { ...alice, timeoutMs: 50 }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_TIMEOUT" });
    expect(String(error)).toMatch(late);
    gate.resolve();
    await client.close();
    expect(server.take()).not.toContain("POST tools/call");
  });
});

describe("the option signal", () => {
  it.each([
    ["an object", {}],
    ["an instance of AbortController", new AbortController()],
    ["a number", 5],
    ["null", null],
  ])("of every method is refused if it is %s", async (kind, value) => {
    const { client } = clientOf([]);
    const signal = value as never;
    const tool = { name: "t", server: { name: "s", url: "https://s.example/mcp" } };
    for (const call of [
      () => client.listMcpTools({ ...alice, signal }),
      () => client.listAgentCards({ ...alice, signal }),
      () => client.callMcpTool(tool, {}, { ...alice, signal }),
      () => client.getUserAuth("alice", { signal }),
      () => client.getSystemAuth({ signal }),
      () => client.getClientId({ signal }),
    ]) {
      const error = await caught(call());
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toMatch(new RegExp(`: "signal" must be an AbortSignal, not ${kind}$`));
    }
  });
});

describe("DiscoveryError", () => {
  it.each([[{}], [null], ["x"], [{ ref: {} }]])("refuses the failure %j", (failure) => {
    const good = { ref: { name: "s" }, reason: "failed", error: new Error("no") } as const;
    expect(() => new DiscoveryError([good, failure as never])).toThrow(
      new TypeError(
        'Cannot make a DiscoveryError: "failures[1]" must have a "ref" with a "name", and an "error"',
      ),
    );
  });
});
