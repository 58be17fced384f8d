import { describe, expect, it } from "vitest";
import { atOnce } from "../agent.test-support.ts";
import { openLobAgent } from "./lob-agent.test-support.ts";

const TENANTS = ["tenant-a", "tenant-b"] as const;
const LIFETIME_MS = 600_000;
/** Past the moment from which tokens of this lifetime are refreshed ahead, before the one they end at. */
const STALE_AFTER_MS = 500_000;
const mock = { tokenLifetimeMs: LIFETIME_MS };
const WARM = ["fragments", "destination"];

describe("expiry of a gateway token", () => {
  it("costs each tenant's user two calls while many tools are being called", async () => {
    const { mock: services, advance, asked, signIn, whoami } = await openLobAgent({ mock });
    const users = await Promise.all(TENANTS.map((tenant) => signIn("alice", tenant)));
    const burst = () =>
      atOnce(60, (index) =>
        whoami(TENANTS[index % 2] ?? "", users[index % 2] ?? "").then(({ jti }) => jti),
      );
    const seen = new Set(await burst());
    expect(seen.size).toBe(2);
    for (let round = 1; round <= 3; round++) {
      advance(LIFETIME_MS);
      services.recorder.clear();
      for (const jti of await burst()) seen.add(jti);
      expect(seen.size).toBe(2 + 2 * round);
      for (const tenant of TENANTS) expect(asked(tenant)).toEqual(WARM);
      expect(services.recorder.count({ tool: "whoami", status: 401 })).toBe(0);
    }
  });

  it("comes thirty seconds early, to the millisecond", async () => {
    const agent = await openLobAgent({ mock });
    const userToken = await agent.signIn("alice", "tenant-a");
    const old = await agent.whoami("tenant-a", userToken);
    // A JWT says its end in whole seconds, before the one of the lifetime that the service states.
    const { expiresAt = 0 } = await agent.client.getUserAuth(userToken, { tenant: "tenant-a" });
    agent.advance(expiresAt - agent.clock.now() - 30_001);
    const hold = agent.mock.controls.hold({ route: "destination" });
    expect((await agent.whoami("tenant-a", userToken)).jti).toBe(old.jti);
    await hold.arrived();
    agent.advance(1);
    const late = agent.whoami("tenant-a", userToken);
    hold.release();
    expect((await late).jti).not.toBe(old.jti);
    expect(agent.mock.recorder.count({ route: "destination" })).toBe(2);
  });

  it("is seen ahead: one refresh a tenant, and no caller waits for it", async () => {
    const agent = await openLobAgent({ mock });
    const userToken = await agent.signIn("alice", "tenant-a");
    const old = await agent.whoami("tenant-a", userToken);
    agent.advance(STALE_AFTER_MS);
    const hold = agent.mock.controls.hold({ route: "fragments" });
    const answers = await atOnce(50, () => agent.whoami("tenant-a", userToken));
    await hold.arrived();
    expect(new Set(answers.map(({ jti }) => jti))).toEqual(new Set([old.jti]));
    expect(hold.waiting).toBe(1);
    hold.release();
    agent.advance(LIFETIME_MS - STALE_AFTER_MS);
    expect((await agent.whoami("tenant-a", userToken)).jti).not.toBe(old.jti);
    expect(agent.mock.recorder.count({ route: "destination" })).toBe(2);
  });

  it("does not let it outlive the user token that it was got with", async () => {
    const { mock: services, advance, whoami } = await openLobAgent();
    const userToken = await services.userToken({
      sub: "alice",
      tenant: "tenant-a",
      expiresInMs: 60_000,
    });
    await whoami("tenant-a", userToken);
    advance(60_000);
    await expect(whoami("tenant-a", userToken)).rejects.toMatchObject({
      code: "ERR_TOKEN_RESPONSE",
      message: expect.stringContaining("invalid_grant"),
    });
  });
});

describe("expiry of a service token", () => {
  it("costs one call, when the next gateway token is needed", async () => {
    const { client, advance, asked, mock } = await openLobAgent({
      mock: { tokenLifetimeMs: 2 * LIFETIME_MS, serviceTokenLifetimeMs: LIFETIME_MS },
    });
    await client.getSystemAuth({ tenant: "tenant-a" });
    mock.recorder.clear();
    advance(LIFETIME_MS);
    await client.getSystemAuth({ tenant: "tenant-a" });
    expect(asked()).toEqual([]);
    advance(LIFETIME_MS);
    await client.getSystemAuth({ tenant: "tenant-a" });
    expect(asked()).toEqual(["xsuaa-token", ...WARM]);
    expect(mock.recorder.count({ status: 401 })).toBe(0);
  });
});
