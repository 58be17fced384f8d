import { createFakeClock } from "@agent-oauth/core/testing";
import { describe, expect, it } from "vitest";
import { UserSessions, type UserSessionsOptions } from "./user-sessions.ts";

/** A client of an MCP SDK, as far as sessions go. */
interface TestClient {
  readonly user: string;
  readonly session: string;
  readonly send: (name: string, headers?: Record<string, string>) => Promise<string>;
}

type Respond = (sent: { name: string; session: string; user: string }) => Response | undefined;

/** A server that knows sessions until it forgets them, and the sessions of its users. */
function serverWith(
  options: Partial<UserSessionsOptions<TestClient>> & { respond?: Respond } = {},
) {
  const { respond = () => undefined, ...rest } = options;
  const known = new Set<string>();
  const log: string[] = [];
  let opened = 0;
  const sessions = new UserSessions<TestClient>({
    fetchOf: (user) => async (_, init) => {
      const session = new Headers(init?.headers).get("mcp-session-id") ?? "";
      const name: string = init?.method === "POST" ? JSON.parse(String(init.body)).method : "GET";
      log.push(`${user} ${session} ${name}`);
      const response = respond({ name, session, user });
      if (response !== undefined) return response;
      return known.has(session) ? new Response(name) : new Response("gone", { status: 404 });
    },
    async open(fetch, user) {
      const session = `s${++opened}`;
      known.add(session);
      log.push(`open ${session}`);
      const send = async (method: string, headers: Record<string, string> = {}) => {
        const response = await fetch("https://mcp.example/mcp", {
          method: "POST",
          headers: { "mcp-session-id": session, ...headers },
          body: JSON.stringify({ jsonrpc: "2.0", id: 7, method }),
        });
        // As the SDKs do: an error without the status in a member that all of them share.
        if (!response.ok) throw new Error(`Error: ${await response.text()}`);
        return `${session} ${await response.text()}`;
      };
      return { user, session, send };
    },
    async close({ session }) {
      log.push(`close ${session}`);
    },
    ...rest,
  });
  return { sessions, log, forget: () => known.clear() };
}

/** Lets every promise that can settle do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("UserSessions", () => {
  it("keeps one session for each user", async () => {
    const { sessions, log } = serverWith();
    const use = (user: string) => sessions.use(user, (client) => client.send("list"));
    expect(await Promise.all([use("alice"), use("bob"), use("alice")])).toEqual([
      "s1 list",
      "s2 list",
      "s1 list",
    ]);
    expect(log.filter((line) => line.startsWith("open"))).toHaveLength(2);
    expect(log).not.toContain("alice s2 list");
  });

  it("opens a lost session again, once for all calls that met the loss", async () => {
    const { sessions, log, forget } = serverWith();
    const call = () => sessions.use("alice", (client) => client.send("call"));
    await call();
    forget();
    expect(await Promise.all([call(), call(), call()])).toEqual(new Array(3).fill("s2 call"));
    await settled();
    expect(log.filter((line) => line.includes("s1 call"))).toHaveLength(4);
    expect(log.filter((line) => line.includes("s2 call"))).toHaveLength(3);
    expect(log.filter((line) => line.startsWith("close"))).toEqual(["close s1"]);
  });

  it("does not repeat a call whose message was taken, although a call beside it met a loss", async () => {
    const slow = Promise.withResolvers<void>();
    const { sessions, log, forget } = serverWith();
    await sessions.use("alice", (client) => client.send("list"));
    const runs: string[] = [];
    const taken = sessions.use("alice", async (client) => {
      runs.push(await client.send("pay"));
      await slow.promise;
      throw new Error("the stream broke");
    });
    await settled();
    forget();
    expect(await sessions.use("alice", (client) => client.send("call"))).toBe("s2 call");
    expect(log).not.toContain("close s1");
    slow.resolve();
    await expect(taken).rejects.toThrow("the stream broke");
    expect(runs).toEqual(["s1 pay"]);
    await settled();
    expect(log).toContain("close s1");
  });

  it("does not repeat a call that had one message taken and the next one refused", async () => {
    const { sessions, log, forget } = serverWith();
    const both = sessions.use("alice", async (client) => {
      await client.send("pay");
      forget();
      return client.send("list");
    });
    await expect(both).rejects.toThrow("gone");
    expect(log.filter((line) => line.endsWith("pay"))).toHaveLength(1);
    expect(await sessions.use("alice", (client) => client.send("list"))).toBe("s2 list");
  });

  it("does not repeat a call that failed by itself, although a call beside it met a loss", async () => {
    const { sessions, forget } = serverWith();
    const slow = Promise.withResolvers<void>();
    let runs = 0;
    const own = sessions.use("alice", async () => {
      runs++;
      await slow.promise;
      throw new Error("of my own");
    });
    await settled();
    forget();
    await sessions.use("alice", (client) => client.send("call"));
    slow.resolve();
    await expect(own).rejects.toThrow("of my own");
    expect(runs).toBe(1);
  });

  it("does not repeat a call that ended without a response", async () => {
    let down = true;
    const { sessions, log } = serverWith({
      respond({ name }) {
        if (name === "pay" && down) throw new TypeError("fetch failed");
        return undefined;
      },
    });
    await expect(sessions.use("alice", (client) => client.send("pay"))).rejects.toThrow(
      "fetch failed",
    );
    down = false;
    expect(await sessions.use("alice", (client) => client.send("pay"))).toBe("s1 pay");
    expect(log.filter((line) => line.endsWith("pay"))).toHaveLength(2);
  });

  it("repeats a call once only", async () => {
    const respond: Respond = ({ name }) =>
      name === "call" ? new Response("gone", { status: 404 }) : undefined;
    const { sessions, log } = serverWith({ respond });
    await expect(sessions.use("alice", (client) => client.send("call"))).rejects.toThrow("gone");
    expect(log.filter((line) => line.endsWith("call"))).toHaveLength(2);
  });

  it.each([
    ["a 404 for a request without a session", 404, "gone", false],
    ["a 404 for a request with a session", 404, "gone", true],
    [
      "a 400 for another reason",
      400,
      '{"jsonrpc":"2.0","id":7,"error":{"code":-1,"message":"session limit"}}',
      true,
    ],
    [
      "a 400 that blames the session",
      400,
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Bad Request: No valid session ID"}}',
      true,
    ],
    ["a 500", 500, "oops", true],
  ])("tells %s from a loss", async (name, status, body, hasSession) => {
    const isLoss = name.includes("blames") || name.includes("with a session");
    let fails = true;
    const respond: Respond = () => {
      const response = fails ? new Response(body, { status }) : undefined;
      fails = false;
      return response;
    };
    const { sessions } = serverWith({ respond });
    const result = sessions.use("alice", (client) =>
      client.send("call", hasSession ? {} : { "mcp-session-id": "" }),
    );
    if (isLoss) expect(await result).toBe("s2 call");
    else await expect(result).rejects.toThrow(/Error: /);
  });

  it("counts a refused token as no work: the SDK of version 2 sends the message again by itself", async () => {
    const statuses = [401, 404, 200];
    const respond: Respond = () => new Response("x", { status: statuses.shift() ?? 200 });
    const { sessions, log } = serverWith({ respond });
    const result = await sessions.use("alice", (client) =>
      client.send("call").catch(() => client.send("call")),
    );
    expect(result).toBe("s2 x");
    expect(log.filter((line) => line.endsWith("call"))).toHaveLength(3);
  });

  it("does not take the 404 of a stream for a loss", async () => {
    const { sessions } = serverWith({
      respond: ({ name }) => (name === "GET" ? new Response("", { status: 404 }) : undefined),
      async open(fetch, user) {
        await fetch("https://mcp.example/mcp", { headers: { "mcp-session-id": "s" } });
        return { user, session: "s", send: async () => "sent" };
      },
    });
    const [one, other] = [
      await sessions.use("alice", async (client) => client),
      await sessions.use("alice", async (client) => client),
    ];
    expect(one).toBe(other);
  });

  it("does not take the refusal of a request without a session for a loss, such as one that opens it", async () => {
    const refused =
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"not initialized"}}';
    const { sessions } = serverWith({
      respond: ({ session }) =>
        session === "" ? new Response(refused, { status: 400 }) : undefined,
      async open(fetch, user) {
        await fetch("https://mcp.example/mcp", {
          method: "POST",
          body: '{"method":"server/discover"}',
        });
        return { user, session: "s", send: async () => "sent" };
      },
    });
    const use = () => sessions.use("alice", async (client) => client);
    expect(await use()).toBe(await use());
  });

  it("leaves a lost session although the framework swallowed the error", async () => {
    const { sessions, forget } = serverWith();
    const swallowing = () =>
      sessions.use("alice", (client) => client.send("call").catch(() => "sorry"));
    expect(await swallowing()).toBe("s1 call");
    forget();
    expect(await swallowing()).toBe("sorry");
    expect(await swallowing()).toBe("s2 call");
  });

  it("gives the failure of an opening to its callers, and opens again at the next call", async () => {
    let fails = true;
    const { sessions } = serverWith({
      async open(_, user) {
        if (fails) throw new Error("no");
        return { user, session: "s", send: async () => "sent" };
      },
    });
    const use = () => sessions.use("alice", (client) => client.send("x"));
    await expect(use()).rejects.toThrow("no");
    fails = false;
    expect(await use()).toBe("sent");
  });

  it.each([
    [-1, []],
    [0, ["close s1"]],
    [1, ["close s1"]],
  ])("closes a session that is idle %i ms after its time", async (offset, closed) => {
    const clock = createFakeClock();
    const { sessions, log } = serverWith({ clock, sessionIdleMs: 1_000 });
    await sessions.use("alice", (client) => client.send("x"));
    clock.advance(1_000 + offset);
    await sessions.use("bob", (client) => client.send("x"));
    await settled();
    expect(log.filter((line) => line.startsWith("close"))).toEqual(closed);
  });

  it("keeps no more sessions than it may, and a closing that fails ends nothing", async () => {
    const closed: string[] = [];
    const { sessions } = serverWith({
      maxSessions: 1,
      async close({ session }) {
        closed.push(session);
        throw new Error("cannot close");
      },
    });
    await sessions.use("alice", (client) => client.send("x"));
    await sessions.use("bob", (client) => client.send("x"));
    await settled();
    expect(closed).toEqual(["s1"]);
    await sessions.close();
    expect(closed).toEqual(["s1", "s2"]);
  });

  it("refuses calls once it is closed", async () => {
    const { sessions } = serverWith();
    await sessions[Symbol.asyncDispose]();
    await expect(sessions.use("alice", async () => "x")).rejects.toMatchObject({
      code: "ERR_TOKEN_CLOSED",
      message: "Cannot make the call: its UserSessions is closed",
    });
  });

  it("ends a caller's wait for a session by its signal, and not that of others", async () => {
    const opening = Promise.withResolvers<TestClient>();
    const { sessions } = serverWith({ open: () => opening.promise });
    const controller = new AbortController();
    const { signal } = controller;
    const [ended, other] = [
      sessions.use("alice", async () => "x", { signal }),
      sessions.use("alice", async () => "y"),
    ];
    controller.abort(new Error("enough"));
    await expect(ended).rejects.toThrow("enough");
    opening.resolve({ user: "alice", session: "s", send: async () => "" });
    expect(await other).toBe("y");
  });

  it.each([
    [{ fetchOf: undefined }, TypeError, '"fetchOf" is missing'],
    [{ open: "x" }, TypeError, '"open" must be a function'],
    [{ close: undefined }, TypeError, '"close" is missing'],
    [{ maxSession: 1 }, TypeError, 'did you mean "maxSessions"'],
    [{ maxSessions: 0 }, RangeError, '"maxSessions"'],
    [{ sessionIdleMs: -1 }, RangeError, '"sessionIdleMs"'],
  ])("refuses the options %o", (options, type, text) => {
    const make = () => serverWith(options as object);
    expect(make).toThrow(type);
    expect(make).toThrow(text);
  });

  it.each(["", " ", undefined])("refuses the user %j", async (user) => {
    const { sessions } = serverWith();
    await expect(sessions.use(user as string, async () => "x")).rejects.toThrow(
      'Cannot use a session: "user" must be a string',
    );
  });

  it("refuses an option of a call that does not exist", async () => {
    const { sessions } = serverWith();
    await expect(sessions.use("alice", async () => "x", { signl: 1 } as object)).rejects.toThrow(
      'did you mean "signal"',
    );
  });
});
