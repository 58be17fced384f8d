import { describe, expect, it } from "vitest";
import { atOnce, rejection } from "../agent.test-support.ts";
import { openLobAgent } from "./lob-agent.test-support.ts";

const TENANT = "tenant-a";
const WARM = ["fragments", "destination"];
const ALWAYS = { times: Number.POSITIVE_INFINITY };

describe("a revoked gateway token", () => {
  it("costs two calls for a burst of tool calls, of which none fails", async () => {
    const { mock, signIn, whoami, asked } = await openLobAgent();
    const [bob, carol] = [await signIn("bob", TENANT), await signIn("carol", "tenant-b")];
    const call = (index: number) =>
      index % 2 ? whoami(TENANT, bob) : whoami("tenant-b", carol, "cost-centers");
    const before = await atOnce(2, call);
    expect(mock.controls.revoke({ subject: "bob" })).toBe(1);
    mock.recorder.clear();

    const answers = await atOnce(60, call);
    expect(new Set(answers.map(({ sub }) => sub))).toEqual(new Set(["bob", "carol"]));
    const tokens = new Set(answers.map(({ jti }) => jti));
    expect(tokens.size).toBe(2);
    expect(tokens.has(before[0]?.jti ?? "")).toBe(true);
    expect(asked(TENANT)).toEqual(WARM);
    expect(asked("tenant-b")).toEqual([]);
    const refused = mock.recorder.count({ tool: "whoami", status: 401 });
    expect(refused).toBeGreaterThan(0);
    expect(mock.recorder.count({ tool: "whoami" })).toBe(60 + refused);
  });

  it("does not make the agent hammer the services where the new one is refused, too", async () => {
    const { mock, signIn, whoami, asked } = await openLobAgent();
    const bob = await signIn("bob", TENANT);
    await whoami(TENANT, bob);
    mock.controls.alwaysUnauthorized = true;
    mock.recorder.clear();
    for (const error of await atOnce(50, () => rejection(whoami(TENANT, bob)))) {
      expect(error).toMatchObject({ code: "ERR_TOKEN_REJECTED", retryable: false });
    }
    expect(asked()).toEqual(WARM);
  });
});

describe("a revoked service token", () => {
  it("is replaced once for all who ask", async () => {
    const { mock, client, asked } = await openLobAgent({ flow: { maxSystemTokens: 0 } });
    await client.getSystemAuth({ tenant: TENANT });
    expect(mock.controls.revoke({ clientId: mock.destinationBinding().clientid })).toBe(1);
    mock.recorder.clear();
    const [tokens, lists] = await Promise.all([
      atOnce(25, () => client.getSystemAuth({ tenant: TENANT })),
      atOnce(25, () =>
        client.listMcpTools({ tenant: TENANT, system: true, filter: { ordIds: ["none"] } }),
      ),
    ]);
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(1);
    expect(lists).toEqual(Array(25).fill({ tools: [], failures: [] }));
    expect(asked().filter((route) => route === "xsuaa-token")).toHaveLength(1);
    expect(mock.recorder.count({ route: "destination", status: 200 })).toBe(1);
    expect(mock.recorder.count({ route: "fragments", status: 200 })).toBe(26);
  });

  it("leaves other tenants alone", async () => {
    const { mock, client, asked } = await openLobAgent({ flow: { maxSystemTokens: 0 } });
    for (const tenant of [TENANT, "tenant-b"]) await client.getSystemAuth({ tenant });
    const issued = mock.recorder.requests.find(({ route }) => route === "xsuaa-token")?.issued;
    expect(mock.controls.revoke({ jti: issued?.claims?.jti ?? "" })).toBe(1);
    mock.recorder.clear();
    for (const tenant of [TENANT, "tenant-b"]) await client.getSystemAuth({ tenant });
    expect(asked("tenant-b")).toEqual(WARM);
    expect(asked(TENANT)).toEqual(["fragments", "xsuaa-token", ...WARM]);
  });
});

describe("a Destination Service that always answers 401", () => {
  it.each(["fragments", "destination"] as const)(
    "for %s costs one new service token, and then none for five seconds",
    async (route) => {
      const { mock, client, advance } = await openLobAgent({ flow: { maxSystemTokens: 0 } });
      const body = "Unauthorized: sentinel";
      mock.controls.failNext({ status: 401, body }, { route, ...ALWAYS });
      const authorize = () => rejection(client.getSystemAuth({ tenant: TENANT }));
      const error = await authorize();
      expect(error).toMatchObject({ code: "ERR_TOKEN_REJECTED", retryable: false });
      expect(String(error)).toMatch(/"tenant-a".*refused/);
      expect(String(error)).not.toContain("sentinel");
      expect(mock.recorder.count({ route: "xsuaa-token" })).toBe(2);

      for (let call = 0; call < 20; call++) await authorize();
      expect(mock.recorder.count({ route: "xsuaa-token" })).toBe(2);
      for (let second = 0; second < 30; second++) {
        advance(1_000);
        await authorize();
      }
      expect(mock.recorder.count({ route: "xsuaa-token" })).toBeLessThanOrEqual(2 + 30 / 5);

      const { clockOffsetMs } = mock.controls;
      mock.controls.reset();
      mock.controls.clockOffsetMs = clockOffsetMs;
      advance(5_000);
      expect(await client.getSystemAuth({ tenant: TENANT })).toHaveProperty("gatewayUrl");
    },
  );
});
