import { setImmediate as eventLoopTurn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atOnce, openAgent } from "./agent.test-support.ts";

const SERVERS = ["cost-centers", "orders", "calendar"];
const USERS = ["alice", "bob", "carol"];

type Agent = Awaited<ReturnType<typeof openAgent>>;

/** What may happen at any time, none of which a user may notice. */
const DISTURBANCES: Readonly<Record<string, (agent: Agent) => unknown>> = {
  nothing: () => {},
  revokesAlice: ({ mock }) => mock.controls.revoke({ subject: "alice" }),
  revokesAll: ({ mock }) => mock.controls.revoke("all"),
  clears: ({ client }) => client.clearTokenCache(),
  restarts: ({ mock }) => mock.controls.forgetSessions(),
  rotatesSigningKey: ({ mock }) => mock.controls.rotateSigningKey(),
  expires: (agent) => agent.advance(3_600_000),
  getsStale: (agent) => agent.advance(3_000_000),
  rotatesCertificate: async (agent) => {
    await agent.writeCredentials(await agent.mock.issueClientCertificate());
    await agent.flow.reloadCredentials();
  },
};

const steps = fc.array(fc.constantFrom(...Object.keys(DISTURBANCES)), {
  minLength: 3,
  maxLength: 6,
});

describe("users who work at the same time", () => {
  it("are never mixed, and notice nothing, whatever happens meanwhile", {
    timeout: 60_000,
  }, async () => {
    const property = fc.asyncProperty(steps, async (names) => {
      const agent = await openAgent({ mock: { requireBoundCertificate: true } });
      const tokens = await Promise.all(USERS.map(agent.signIn));
      for (const name of names) {
        const calls = atOnce(18, async (index) => {
          const user = index % USERS.length;
          const server = SERVERS[Math.floor(index / USERS.length) % SERVERS.length] ?? "";
          const { sub } = await agent.whoami(server, tokens[user] ?? "");
          expect(sub).toBe(USERS[user]);
        });
        await DISTURBANCES[name]?.(agent);
        await calls;
        // A token that is still on its way would be revoked together with the one in use: two at a time are an error.
        while (agent.flow.userTokens.stats().inFlight > 0) await eventLoopTurn();
        // A refused token's replacement counts as refused for good if it is refused at once.
        agent.advance(5_000);
      }
      for (const { assertion, issued } of agent.mock.recorder.requests) {
        expect(issued?.claims?.sub).toBe(assertion?.claims?.sub);
      }
    });
    await fc.assert(property, { numRuns: 12, endOnFailure: true });
  });

  it("do not become the agent, nor the agent one of them", async () => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    const tool = agent.tool("calendar", "whoami");
    const answers = await atOnce(20, async (index) => {
      const caller = index % 2 ? { userToken } : ({ system: true } as const);
      const { structuredContent } = await agent.client.callMcpTool(tool, {}, caller);
      return (structuredContent as { readonly sub: string }).sub;
    });
    expect(answers).toEqual(answers.map((_, index) => (index % 2 ? "alice" : agent.mock.clientId)));
    expect(agent.tokenRequests()).toBe(2);
  });
});
