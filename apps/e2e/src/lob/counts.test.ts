import { describe, expect, it } from "vitest";
import { atOnce } from "../agent.test-support.ts";
import { openLobAgent } from "./lob-agent.test-support.ts";

const TENANT = "tenant-a";
/** A service token, the tenant's fragment, the destination with a gateway token: what a tenant costs that nothing is known of. */
const COLD = ["xsuaa-token", "fragments", "destination"];
const WARM = ["fragments", "destination"];

describe("HTTP calls of the line-of-business flow", () => {
  it("are three for a cold system token, and none for the next", async () => {
    const { client, asked } = await openLobAgent();
    const first = await client.getSystemAuth({ tenant: TENANT });
    expect(asked()).toEqual(COLD);
    const second = await client.getSystemAuth({ tenant: TENANT });
    expect(asked()).toEqual(COLD);
    expect(second.token).toBe(first.token);
  });

  it.each(["system", "user"] as const)(
    "are three for 50 cold callers of one tenant's %s token at once",
    async (kind) => {
      const { client, asked, signIn } = await openLobAgent();
      const userToken = await signIn("alice", TENANT);
      const tokens = await atOnce(50, () =>
        kind === "system"
          ? client.getSystemAuth({ tenant: TENANT })
          : client.getUserAuth(userToken, { tenant: TENANT }),
      );
      expect(asked()).toEqual(COLD);
      expect(new Set(tokens.map(({ token }) => token)).size).toBe(1);
    },
  );

  it("are two with a service token in the cache", async () => {
    const { client, asked, mock } = await openLobAgent({ flow: { maxSystemTokens: 0 } });
    await client.getSystemAuth({ tenant: TENANT });
    mock.recorder.clear();
    await client.getSystemAuth({ tenant: TENANT });
    expect(asked()).toEqual(WARM);
  });

  it("are two more for a user after the system, and none after that", async () => {
    const { client, asked, mock, signIn } = await openLobAgent();
    await client.getSystemAuth({ tenant: TENANT });
    mock.recorder.clear();
    const userToken = await signIn("alice", TENANT);
    await atOnce(50, () => client.getUserAuth(userToken, { tenant: TENANT }));
    expect(asked()).toEqual(WARM);
    await client.getUserAuth(userToken, { tenant: TENANT });
    expect(asked()).toEqual(WARM);
  });

  it("share one service token where system and user are cold together", async () => {
    const { client, asked, signIn } = await openLobAgent();
    const userToken = await signIn("alice", TENANT);
    await Promise.all([
      client.getSystemAuth({ tenant: TENANT }),
      client.getUserAuth(userToken, { tenant: TENANT }),
    ]);
    expect(asked().toSorted()).toEqual([...COLD, ...WARM].toSorted());
  });

  it("are three for each tenant, whoever else asks", async () => {
    const { client, asked } = await openLobAgent();
    const tenants = ["tenant-a", "tenant-b"];
    await atOnce(50, (index) => client.getSystemAuth({ tenant: tenants[index % 2] ?? "" }));
    for (const tenant of tenants) expect(asked(tenant)).toEqual(COLD);
    expect(asked()).toHaveLength(6);
  });

  it("are three again after clearTokenCache", async () => {
    const { client, asked, mock } = await openLobAgent();
    const first = await client.getSystemAuth({ tenant: TENANT });
    mock.recorder.clear();
    client.clearTokenCache();
    const second = await client.getSystemAuth({ tenant: TENANT });
    expect(asked()).toEqual(COLD);
    expect(second.token).not.toBe(first.token);
  });

  it("carry the tenant's service token, and the fragment of the right label", async () => {
    const { client, mock, signIn } = await openLobAgent();
    await client.getSystemAuth({ tenant: TENANT });
    await client.getUserAuth(await signIn("alice", TENANT), { tenant: TENANT });
    const requests = mock.recorder.requests.filter(({ route }) => route !== "xsuaa-token");
    const zones = requests.map(({ bearer }) => bearer?.claims?.zid);
    expect(zones).toEqual(Array(4).fill("tenant-a-id"));
    const label = (value: string) => `Label['sap-managed-runtime-type'] HAS ('${value}')`;
    expect(requests.map(({ filter }) => filter)).toEqual([
      label("subscriber.ias"),
      undefined,
      label("subscriber.ias.user"),
      undefined,
    ]);
    expect(requests.map(({ userToken }) => userToken?.claims?.sub)).toEqual([
      undefined,
      undefined,
      undefined,
      "alice",
    ]);
  });
});
