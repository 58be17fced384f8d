import { describe, expect, it } from "vitest";
import { atOnce, openAgent } from "./agent.test-support.ts";

const LIFETIME_MS = 600_000;
const mock = { tokenLifetimeMs: LIFETIME_MS };
/** Past the moment from which tokens of this lifetime are refreshed ahead, before the one they end at. */
const STALE_AFTER_MS = 500_000;

describe("expiry", () => {
  it("costs one token request a user while many tools are being called", async () => {
    const agent = await openAgent({ mock });
    const users = await Promise.all(["alice", "bob"].map(agent.signIn));
    const burst = () =>
      atOnce(100, (index) =>
        agent.whoami("calendar", users[index % 2] ?? "").then(({ jti }) => jti),
      );
    const before = new Set(await burst());
    expect(before.size).toBe(2);
    for (let round = 1; round <= 3; round++) {
      agent.advance(LIFETIME_MS);
      const after = new Set(await burst());
      expect(after.size).toBe(2);
      expect(agent.tokenRequests()).toBe(2 + 2 * round);
      expect([...after].some((jti) => before.has(jti))).toBe(false);
    }
    expect(agent.mock.recorder.count({ route: "mcp", status: 401 })).toBe(0);
  });

  it("comes thirty seconds early, to the millisecond", async () => {
    const agent = await openAgent({ mock });
    const userToken = await agent.signIn("alice");
    const old = await agent.whoami("calendar", userToken);
    // The token's own `exp` counts, which has no milliseconds.
    const { expiresAt = 0 } = await agent.client.getUserAuth(userToken);
    agent.advance(expiresAt - agent.clock.now() - 30_001);
    const hold = agent.mock.controls.hold({ route: "token" });
    expect((await agent.whoami("calendar", userToken)).jti).toBe(old.jti);
    await hold.arrived();
    agent.advance(1);
    const late = agent.whoami("calendar", userToken);
    hold.release();
    expect((await late).jti).not.toBe(old.jti);
    expect(agent.tokenRequests()).toBe(2);
  });

  it("does not let a token outlive the user token that it was got with", async () => {
    const agent = await openAgent();
    const userToken = await agent.mock.userToken({ sub: "alice", expiresInMs: 60_000 });
    await agent.whoami("calendar", userToken);
    agent.advance(60_000);
    await expect(agent.whoami("calendar", userToken)).rejects.toMatchObject({
      code: "ERR_TOKEN_OAUTH",
      oauthError: "invalid_grant",
      retryable: false,
    });
  });
});

describe("refresh ahead", () => {
  it("lets no caller wait for the token endpoint", async () => {
    const agent = await openAgent({ mock });
    const userToken = await agent.signIn("alice");
    const old = await agent.whoami("calendar", userToken);
    agent.advance(STALE_AFTER_MS);
    const hold = agent.mock.controls.hold({ route: "token" });
    const refreshed = agent.happened("request-end");

    const answers = await atOnce(50, () => agent.whoami("calendar", userToken));
    await hold.arrived();
    expect(new Set(answers.map(({ jti }) => jti))).toEqual(new Set([old.jti]));
    expect(hold.waiting).toBe(1);

    hold.release();
    await refreshed;
    expect((await agent.whoami("calendar", userToken)).jti).not.toBe(old.jti);
    expect(agent.tokenRequests()).toBe(2);
  });

  it("goes on with the old token while the token endpoint is down, and tells of it", async () => {
    const agent = await openAgent({ mock });
    const userToken = await agent.signIn("alice");
    const old = await agent.whoami("calendar", userToken);
    agent.advance(STALE_AFTER_MS);
    agent.mock.controls.failNext(
      { status: 503 },
      { route: "token", times: Number.POSITIVE_INFINITY },
    );
    const failed = agent.happened("refresh-failed");
    expect((await agent.whoami("calendar", userToken)).jti).toBe(old.jti);
    expect(await failed).toMatchObject({ code: "ERR_TOKEN_OAUTH" });
    const answers = await atOnce(50, () => agent.whoami("calendar", userToken));
    expect(new Set(answers.map(({ jti }) => jti))).toEqual(new Set([old.jti]));
    expect(agent.tokenRequests()).toBe(2);
  });
});
