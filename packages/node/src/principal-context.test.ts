import { setImmediate as turn } from "node:timers/promises";
import {
  bearerFetch,
  cachingTokenSource,
  createAccessToken,
  type TokenRequest,
} from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { createPrincipalContext } from "./principal-context.ts";

const resource = "https://mcp.example/mcp";

/** A fetch that gets, for each user, a token of that name, and a server that answers with the token. */
function userFetch(request: () => TokenRequest) {
  const asked: (string | undefined)[] = [];
  const source = cachingTokenSource({
    identity: undefined,
    async getToken({ subjectToken = "none" }: TokenRequest = {}) {
      asked.push(subjectToken);
      await turn();
      return createAccessToken({ token: `for-${subjectToken}` });
    },
  });
  const echo: typeof fetch = async (_, init) =>
    new Response(new Headers(init?.headers).get("authorization"));
  const fetchAs = bearerFetch(source, { resource, request, fetch: echo });
  return { asked, send: async () => (await fetchAs(resource)).text() };
}

describe("createPrincipalContext", () => {
  it("carries the request through everything that run starts", async () => {
    const users = createPrincipalContext();
    const seen = await users.run({ subjectToken: "Bearer alice", scope: ["s"] }, async () => {
      await turn();
      return users.request();
    });
    expect(seen).toEqual({ subjectToken: "alice", scope: ["s"] });
    expect([seen, seen.scope].every(Object.isFrozen)).toBe(true);
  });

  it("returns what the function returns, and passes on what it throws", () => {
    const users = createPrincipalContext();
    expect(users.run({ principal: "alice" }, () => 1)).toBe(1);
    const error = new Error("mine");
    const failing = () => {
      throw error;
    };
    expect(() => users.run({ principal: "alice" }, failing)).toThrow(error);
  });

  it("lets an inner run win, and ends with it", () => {
    const users = createPrincipalContext();
    users.run({ subjectToken: "alice" }, () => {
      users.run({ subjectToken: "bob" }, () => {
        expect(users.request().subjectToken).toBe("bob");
      });
      expect(users.request().subjectToken).toBe("alice");
    });
    expect(users.request).toThrow();
  });

  it("knows nobody outside of run, nor in another context's", async () => {
    const users = createPrincipalContext();
    const { send, asked } = userFetch(users.request);
    const code = "ERR_TOKEN_SUBJECT_REQUIRED";
    await expect(send()).rejects.toMatchObject({ code, retryable: false });
    await createPrincipalContext().run({ subjectToken: "sentinel" }, async () => {
      const error = await send().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code });
      expect(String(error)).toContain("inside run()");
      expect(String(error)).not.toContain("sentinel");
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ["no user", { scope: ["s"] }, "ERR_TOKEN_SUBJECT_REQUIRED"],
    ["nothing", undefined as never, "ERR_TOKEN_SUBJECT_REQUIRED"],
    ["a blank subject token", { subjectToken: "Bearer " }, undefined],
    ["a blank principal", { principal: " " }, undefined],
    ["a misspelt field", { subjecttoken: "alice" } as never, undefined],
    ["a token by itself", "alice" as never, undefined],
    ["null in its place", null as never, undefined],
  ])("runs nothing for a request with %s", (_, request: TokenRequest, code) => {
    const users = createPrincipalContext();
    const ran: unknown[] = [];
    const create = () => {
      ran.push("iterable");
      return (async function* () {})();
    };
    const calls = [() => users.run(request, create), () => users.iterate(request, create)];
    for (const call of calls) {
      const expected = code === undefined ? TypeError : expect.objectContaining({ code });
      expect(call).toThrow(expected as Error);
    }
    expect(ran).toEqual([]);
  });

  it("sends no header of another user while two alternate 1,000 times", async () => {
    const users = createPrincipalContext();
    const { send, asked } = userFetch(users.request);
    const names = Array.from({ length: 1_000 }, (_, i) => ["alice", "bob"][i % 2] ?? "");
    const seen = await Promise.all(
      names.map((subjectToken, i) =>
        users.run({ subjectToken }, async () => {
          for (let turns = i % 3; turns > 0; turns--) await turn();
          return send();
        }),
      ),
    );
    expect(seen).toEqual(names.map((name) => `Bearer for-${name}`));
    expect(asked).toEqual(["alice", "bob"]);
  });
});

describe("iterate", () => {
  const users = createPrincipalContext();
  const subject = (subjectToken: string) => ({ subjectToken });

  async function* agent(n: number, ended: string[] = []) {
    try {
      for (let i = 0; i < n; i++) {
        await turn();
        yield users.request().subjectToken;
      }
    } finally {
      await turn();
      ended.push(users.request().subjectToken ?? "");
    }
  }

  it("runs each step for its user, wherever it is iterated", async () => {
    const [alice, bob] = ["alice", "bob"].map((name) =>
      users.iterate(subject(name), () => agent(500)),
    );
    const seen: unknown[] = [];
    for (let i = 0; i < 500; i++) {
      const [one, two] = await users.run(subject("mallory"), () =>
        Promise.all([alice?.next(), bob?.next()]),
      );
      seen.push(one?.value, two?.value);
    }
    expect(seen).toEqual(Array.from({ length: 1_000 }, (_, i) => ["alice", "bob"][i % 2]));
    expect(await alice?.next()).toEqual({ done: true, value: undefined });
  });

  it("lets the iterable clean up for its user when the loop is left", async () => {
    const ended: string[] = [];
    for await (const _ of users.iterate(subject("alice"), () => agent(9, ended))) break;
    expect(ended).toEqual(["alice"]);
  });

  it("ends what cannot be told to end", async () => {
    const endless = { next: async () => ({ done: false as const, value: 1 }) };
    const iterator = users.iterate(subject("alice"), () => ({
      [Symbol.asyncIterator]: () => endless,
    }));
    for await (const _ of iterator) break;
    expect(await iterator.return?.(7)).toEqual({ done: true, value: 7 });
  });

  it("passes on what a step throws", async () => {
    const error = new Error("mine");
    const failing = users.iterate(subject("alice"), () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
    }));
    await expect(failing.next()).rejects.toBe(error);
  });
});
