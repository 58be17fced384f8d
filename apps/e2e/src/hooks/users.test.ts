import {
  bearerFetch,
  cachingTokenSource,
  createAccessToken,
  type TokenRequest,
} from "@agent-oauth/core";
import { createPrincipalContext } from "@agent-oauth/node";
import { bearerInterceptor } from "@agent-oauth/token-endpoint";
import { Agent, Dispatcher1Wrapper, request, fetch as undiciFetch } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { ca, echo, openServer } from "./recording-server.test-support.ts";

/** Hooks of each kind for one server, whose user is whom the principal context names. */
async function openHooks(refused: readonly string[]) {
  const server = await openServer(echo(...refused));
  const users = createPrincipalContext();
  const asked: string[] = [];
  const source = cachingTokenSource({
    identity: undefined,
    getToken: async ({ subjectToken = "" }: TokenRequest = {}) => {
      asked.push(subjectToken);
      return createAccessToken({ token: `${subjectToken}-${asked.length}` });
    },
  });
  const options = { resource: server.origin, request: users.request };
  const agent = new Agent({ connect: { ca } });
  onTestFinished(() => agent.destroy());
  const dispatcher = agent.compose(bearerInterceptor(source, options));
  // Node's own fetch speaks to dispatchers of an older undici.
  const wrapped = { dispatcher: new Dispatcher1Wrapper(dispatcher) } as object;
  const bound = bearerFetch(source, options);
  const senders: (() => Promise<string>)[] = [
    async () => (await bound(server.origin)).text(),
    async () => (await request(server.origin, { dispatcher })).body.text(),
    async () => (await undiciFetch(server.origin, { dispatcher })).text(),
    async () => (await fetch(server.origin, wrapped)).text(),
  ];
  return { users, senders, asked };
}

describe("two users over the same hooks", () => {
  it("get no header of each other, alternating 1,000 times with a 401 in the middle", async () => {
    const { users, senders, asked } = await openHooks(["Bearer alice-1"]);
    const names = Array.from({ length: 1_000 }, (_, i) => ["alice", "bob"][i % 2] ?? "");
    const seen: string[] = [];
    for (let start = 0; start < names.length; start += 100) {
      const calls = names
        .slice(start, start + 100)
        .map((subjectToken, i) =>
          users.run({ subjectToken }, () => senders[(i >> 1) % senders.length]?.() ?? ""),
        );
      seen.push(...(await Promise.all(calls)));
    }
    expect(seen.map((text) => /^Bearer (\w+)-/.exec(text)?.[1])).toEqual(names);
    expect(new Set(seen)).toEqual(new Set(["Bearer alice-3 ", "Bearer bob-2 "]));
    expect(asked).toEqual(["alice", "bob", "alice"]);
  });

  it("send nothing where there is no user", async () => {
    const { senders, asked } = await openHooks([]);
    for (const send of senders) {
      const error = await send().catch((reason: unknown) => reason);
      const { cause = error } = error as Error;
      expect(cause).toMatchObject({ code: "ERR_TOKEN_SUBJECT_REQUIRED" });
    }
    expect(asked).toEqual([]);
  });
});
