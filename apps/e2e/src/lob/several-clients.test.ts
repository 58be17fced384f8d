import { describe, expect, it } from "vitest";
import { atOnce, openMock, rejection } from "../agent.test-support.ts";
import { askedOf, openLobAgent } from "./lob-agent.test-support.ts";

const TENANT = "tenant-a";
const COLD = ["xsuaa-token", "fragments", "destination"];

describe("several clients in one process", () => {
  it("of two landscapes with tenants of the same names are never mixed", async () => {
    const agents = [await openLobAgent(), await openLobAgent()] as const;
    const users = await Promise.all(agents.map(({ signIn }) => signIn("alice", TENANT)));
    const answers = await atOnce(40, async (index) => {
      const agent = agents[index % 2] ?? agents[0];
      const { gatewayUrl } = await agent.client.getSystemAuth({ tenant: TENANT });
      expect(gatewayUrl).toBe(`${agent.mock.gatewayUrl}/${TENANT}`);
      return agent.whoami(TENANT, users[index % 2] ?? "");
    });
    expect(new Set(answers.map(({ jti }) => jti)).size).toBe(2);
    for (const { mock, asked } of agents) {
      expect(asked()).toHaveLength(5);
      expect(mock.recorder.count({ status: 401 })).toBe(0);
    }
  });

  it("at the same services share no token, and clearing or closing one leaves the others", async () => {
    const mock = await openMock();
    const [first, second, third] = [
      await openLobAgent({ mock }),
      await openLobAgent({ mock }),
      await openLobAgent({ mock }),
    ];
    const tokens = await Promise.all(
      [first, second, third].map(({ client }) => client.getSystemAuth({ tenant: TENANT })),
    );
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(3);
    expect(askedOf(mock)).toHaveLength(9);

    mock.recorder.clear();
    first.client.clearTokenCache();
    await second.client.close();
    await second.flow.close();
    expect((await third.client.getSystemAuth({ tenant: TENANT })).token).toBe(tokens[2]?.token);
    expect(askedOf(mock)).toEqual([]);
    expect((await first.client.getSystemAuth({ tenant: TENANT })).token).not.toBe(tokens[0]?.token);
    expect(askedOf(mock)).toEqual(COLD);
    expect(await rejection(second.client.getSystemAuth({ tenant: TENANT }))).toMatchObject({
      code: "ERR_TOKEN_CLOSED",
    });
  });
});

describe("clearTokenCache", () => {
  it("drops system, user and service tokens of all tenants", async () => {
    const { client, mock, signIn, asked } = await openLobAgent();
    const tenants = [TENANT, "tenant-b"];
    const users = await Promise.all(tenants.map((tenant) => signIn("alice", tenant)));
    const all = () =>
      Promise.all(
        tenants.flatMap((tenant, index) => [
          client.getSystemAuth({ tenant }),
          client.getUserAuth(users[index] ?? "", { tenant }),
        ]),
      );
    const before = await all();
    mock.recorder.clear();
    await all();
    expect(asked()).toEqual([]);
    client.clearTokenCache();
    const after = await all();
    for (const tenant of tenants) expect(asked(tenant)).toHaveLength(5);
    expect(new Set([...before, ...after].map(({ token }) => token)).size).toBe(8);
  });

  it("wins over a request in flight: its answer goes to those waiting, and is not kept", async () => {
    const { client, mock } = await openLobAgent();
    const hold = mock.controls.hold({ route: "destination" });
    const waiting = client.getSystemAuth({ tenant: TENANT });
    await hold.arrived();
    client.clearTokenCache();
    hold.release();
    const { token } = await waiting;
    expect((await client.getSystemAuth({ tenant: TENANT })).token).not.toBe(token);
  });
});
