import { inspect } from "node:util";
import { createFakeClock } from "@agent-oauth/core/testing";
import { describe, expect, it } from "vitest";
import { clientOf, serverOf } from "./connected-client.test-support.ts";
import { SENTINEL } from "./mcp-server.test-support.ts";

const all = (error: unknown) => inspect(error, { depth: null, showHidden: true });
const caught = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const alice = { userToken: "alice" };

describe("after a 401", () => {
  it("gets one new token for a burst of calls and sends each of them again", async () => {
    const server = await serverOf();
    const { client, refs, tokens } = clientOf([server]);
    const tool = { name: "echo", server: refs[0] };
    await client.callMcpTool(tool, {}, alice);
    server.take();
    server.behaviour.refuse = ({ authorization }) =>
      authorization === "Bearer alice-1" ? 401 : undefined;
    const results = await Promise.all(
      [1, 2, 3, 4].map((n) => client.callMcpTool(tool, { n }, alice)),
    );
    expect(results.map(({ text }) => text)).toEqual([1, 2, 3, 4].map((n) => `echo {"n":${n}}`));
    expect(server.take()).toEqual(Array(8).fill("POST tools/call"));
    expect(tokens.asked).toHaveLength(2);
    expect(tokens.asked[1]?.options.rejected?.token).toBe("alice-1");
  });

  it.each(["session", "modern"] as const)(
    "recovers while it connects to a %s server, too",
    async (era) => {
      const server = await serverOf({
        era,
        refuse: ({ authorization }) => (authorization === "Bearer alice-1" ? 401 : undefined),
      });
      const { client, refs, tokens } = clientOf([server]);
      const { text } = await client.callMcpTool({ name: "echo", server: refs[0] }, {}, alice);
      expect(text).toBe("echo {}");
      expect(server.take().slice(0, 2)).toEqual(["POST server/discover", "POST server/discover"]);
      expect(tokens.asked).toHaveLength(2);
    },
  );

  it("recovers at initialize if only that is refused", async () => {
    const server = await serverOf({
      refuse: ({ rpc, authorization }) =>
        rpc === "initialize" && authorization === "Bearer alice-1" ? 401 : undefined,
    });
    const { client, refs, tokens } = clientOf([server]);
    await client.callMcpTool({ name: "echo", server: refs[0] }, {}, alice);
    expect(tokens.asked).toHaveLength(2);
  });

  it.each(["server/discover", "initialize", "tools/call"])(
    "gives up when %s is refused again, with an error that helps and tells no secret",
    async (refused) => {
      const server = await serverOf({ refuse: ({ rpc }) => (rpc === refused ? 401 : undefined) });
      const { client, refs, tokens } = clientOf([server]);
      const tool = { name: "echo", server: refs[0] };
      const error = await caught(client.callMcpTool(tool, {}, alice));
      expect(error).toMatchObject({
        name: "TokenError",
        code: "ERR_TOKEN_REJECTED",
        retryable: false,
      });
      expect(String(error)).toContain("refused");
      expect(String(error)).toContain("audience");
      expect(all(error)).not.toContain(SENTINEL);
      expect(all(error)).not.toMatch(/alice-\d/);
      expect(tokens.asked).toHaveLength(2);
      // A server that always says 401 cannot make us hammer the token endpoint.
      await caught(client.callMcpTool(tool, {}, alice));
      expect(tokens.asked).toHaveLength(2);
    },
  );
});

describe.each([403, 429, 500, 503])("after a %i", (status) => {
  it("asks for no new token and says what the server answered, not what it wrote", async () => {
    const server = await serverOf();
    const { client, refs, tokens } = clientOf([server]);
    const tool = { name: "echo", server: refs[0] };
    await client.callMcpTool(tool, {}, alice);
    server.take();
    server.behaviour.refuse = () => status;
    const error = await caught(client.callMcpTool(tool, {}, alice));
    expect(error).toMatchObject({ code: "ERR_TOKEN_HTTP", status, retryable: status !== 403 });
    expect(String(error)).toBe(
      `TokenError: Cannot call the tool "echo" of the MCP server "server-0": the server answered ${status}; the tool may have run`,
    );
    expect(all(error)).not.toContain(SENTINEL);
    expect(server.take()).toEqual(["POST tools/call"]);
    expect(tokens.asked).toHaveLength(1);
  });
});

describe("after a 404", () => {
  it("opens one new session for all callers, without asking again what the server speaks", async () => {
    const server = await serverOf();
    const { client, refs, tokens } = clientOf([server]);
    const tool = { name: "echo", server: refs[0] };
    await client.callMcpTool(tool, {}, alice);
    server.take();
    server.sessions.clear();
    const results = await Promise.all(
      [1, 2, 3, 4].map((n) => client.callMcpTool(tool, { n }, alice)),
    );
    expect(results.map(({ text }) => text)).toEqual([1, 2, 3, 4].map((n) => `echo {"n":${n}}`));
    const requests = server.take();
    expect(requests.filter((request) => request === "POST initialize")).toHaveLength(1);
    expect(requests.filter((request) => request === "POST tools/call")).toHaveLength(8);
    expect(requests).not.toContain("POST server/discover");
    expect(tokens.asked).toHaveLength(1);
  });

  it("lets calls that the old session still works on finish", async () => {
    let finish = () => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const server = await serverOf({
      call: async (name) => {
        if (name === "slow") {
          begin();
          await gate;
        }
        return { content: [{ type: "text", text: name }] };
      },
    });
    const { client, refs } = clientOf([server]);
    const slow = client.callMcpTool({ name: "slow", server: refs[0] }, {}, alice);
    await begun;
    let refusals = 1;
    server.behaviour.refuse = ({ rpc }) =>
      rpc === "tools/call" && refusals-- > 0 ? 404 : undefined;
    const quick = await client.callMcpTool({ name: "quick", server: refs[0] }, {}, alice);
    expect(quick.text).toBe("quick");
    finish();
    expect((await slow).text).toBe("slow");
  });

  it.each([404, 400])("lists once more on a new session after a %i", async (status) => {
    const server = await serverOf();
    const { client } = clientOf([server]);
    let refusals = 1;
    server.behaviour.refuse = ({ rpc }) =>
      rpc === "tools/list" && refusals-- > 0 ? status : undefined;
    expect((await client.listMcpTools(alice)).tools).toHaveLength(1);
    expect(server.take().filter((request) => request === "POST tools/list")).toHaveLength(2);
  });

  it("does not try again if there is nothing at the URL", async () => {
    const server = await serverOf({ refuse: () => 404 });
    const { client, refs } = clientOf([server]);
    const error = await caught(client.callMcpTool({ name: "echo", server: refs[0] }, {}, alice));
    expect(error).toMatchObject({ code: "ERR_TOKEN_HTTP", status: 404 });
    expect(server.take()).toEqual(["POST server/discover", "POST initialize"]);
  });
});

describe("a server that comes to speak another revision", () => {
  it.each([
    ["modern", "session"],
    ["session", "modern"],
    ["modern", "sessionless"],
  ] as const)("is asked anew when it changes from %s to %s", async (before, after) => {
    const server = await serverOf({ era: before });
    const { client, refs } = clientOf([server]);
    const tool = { name: "echo", server: refs[0] };
    await client.callMcpTool(tool, {}, alice);
    server.behaviour.era = after;
    server.sessions.clear();
    expect((await client.callMcpTool(tool, { n: 1 }, alice)).text).toBe('echo {"n":1}');
    server.take();
    await client.callMcpTool(tool, { n: 2 }, alice);
    expect(server.take()).toEqual(["POST tools/call"]);
  });
});

describe("sessions", () => {
  it("are ended on the server when they were idle for too long, and reopened without a probe", async () => {
    const clock = createFakeClock();
    const [first, second] = [await serverOf(), await serverOf()];
    const { client, refs } = clientOf([first, second], { clock, sessionIdleMs: 300_000 });
    await client.callMcpTool({ name: "echo", server: refs[0] }, {}, alice);
    expect(first.sessions.size).toBe(1);
    first.take();
    clock.advance(300_000);
    await client.callMcpTool({ name: "echo", server: refs[1] }, {}, alice);
    await client.callMcpTool({ name: "echo", server: refs[0] }, {}, alice);
    expect(first.take().sort()).toEqual([
      "DELETE",
      "POST initialize",
      "POST notifications/initialized",
      "POST tools/call",
    ]);
  });

  it("are known to be of the old revision for an hour", async () => {
    const clock = createFakeClock();
    const server = await serverOf();
    const { client, refs } = clientOf([server], { clock, sessionIdleMs: 1 });
    const connect = async () => {
      await client.callMcpTool({ name: "echo", server: refs[0] }, {}, alice);
      return server.take().includes("POST server/discover");
    };
    expect(await connect()).toBe(true);
    clock.advance(3_599_999);
    expect(await connect()).toBe(false);
    clock.advance(1);
    expect(await connect()).toBe(true);
  });

  it("are at most as many as allowed", async () => {
    const server = await serverOf();
    const { client, refs } = clientOf([server], { maxSessions: 2 });
    const tool = { name: "echo", server: refs[0] };
    for (const userToken of ["u1", "u2", "u3", "u4"])
      await client.callMcpTool(tool, {}, { userToken });
    await client.close();
    expect(server.take().filter((request) => request === "DELETE")).toHaveLength(4);
    expect(server.sessions.size).toBe(0);
  });

  it("end even if the server refuses to end them", async () => {
    const server = await serverOf();
    const { client, refs } = clientOf([server]);
    await client.callMcpTool({ name: "echo", server: refs[0] }, {}, alice);
    server.behaviour.refuse = () => 401;
    server.take();
    await client.close();
    expect(server.take()).toEqual(["DELETE"]);
  });

  it("belong to the principal, and present the token of each call", async () => {
    const server = await serverOf();
    const { client, refs } = clientOf([server]);
    const tool = { name: "echo", server: refs[0] };
    const call = (userToken: string, principal = "alice") =>
      client.callMcpTool(tool, { userToken }, { userToken, principal });
    await call("jwt-a");
    server.seen.splice(0);
    await Promise.all([call("jwt-b"), call("jwt-a"), call("jwt-c")]);
    expect(server.seen).toHaveLength(3);
    for (const { authorization, body } of server.seen) {
      const user = /jwt-./.exec(JSON.stringify(body))?.[0];
      expect(authorization).toBe(`Bearer ${user}-1`);
    }
    expect(new Set(server.seen.map(({ session }) => session)).size).toBe(1);
    await call("jwt-d", "bob");
    expect(server.seen.at(-1)?.session).not.toBe(server.seen[0]?.session);
  });

  it("are apart for each tenant, user, server and the agent itself, and have a correlation id each", async () => {
    const [first, second] = [await serverOf(), await serverOf()];
    const { client, refs } = clientOf([first, second]);
    const [a, b] = refs.map((server) => ({ name: "echo", server }));
    for (const tool of [a, b, a, b]) {
      if (tool === undefined) continue;
      await client.callMcpTool(tool, {}, { userToken: "alice" });
      await client.callMcpTool(tool, {}, { userToken: "bob" });
      await client.callMcpTool(tool, {}, { userToken: "alice", tenant: "t1" });
      await client.callMcpTool(tool, {}, { userToken: "alice", principal: "alice" });
      await client.callMcpTool(tool, {}, { system: true });
      await client.callMcpTool(tool, {}, { system: true, tenant: "t1" });
    }
    for (const { seen } of [first, second]) {
      const calls = seen.filter(({ rpc }) => rpc === "tools/call");
      expect(new Set(calls.map(({ session }) => session)).size).toBe(6);
      expect(new Set(calls.map(({ correlation }) => correlation)).size).toBe(6);
    }
  });
});
