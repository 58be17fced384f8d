import type { MockSts } from "@agent-oauth/mock-sts";
import { describe, expect, it } from "vitest";
import { openLobAgent } from "./lob-agent.test-support.ts";

const TENANT = "tenant-a";
const CONCURRENCY = 8;
/** Each has five tools on three pages. */
const SERVERS = Array.from({ length: 20 }, (_, index) => {
  const name = `server-${String(index).padStart(2, "0")}`;
  const ordId = `sap.mock:apiResource:${name}:v1`;
  return { name, ordId, globalTenantId: "250701", pageSize: 2 };
});
const PAGES = 3;
const options = { tenants: [{ subdomain: TENANT, mcpServers: SERVERS }] };

/** The servers between their first request and their last answer to `tools/list`, in the order in which they began. */
function serversAtWork({ recorder }: MockSts): string[] {
  const pages = new Map<string, number>();
  for (const { mcp, status } of recorder.requests) {
    if (mcp === undefined) continue;
    const isPage = status === 200 && mcp.methods.includes("tools/list");
    pages.set(mcp.server, (pages.get(mcp.server) ?? 0) + Number(isPage));
  }
  return [...pages].filter(([, count]) => count < PAGES).map(([name]) => name);
}

describe("listing the tools of 20 servers", () => {
  it("asks eight at a time, and the next as soon as one has answered", async () => {
    const peaks: number[] = [];
    const agent = await openLobAgent({
      mock: {
        ...options,
        onAnswer: () => peaks.push(serversAtWork(agent.mock).length),
      },
    });
    const { mock, client } = agent;
    const holds = SERVERS.map(({ name: mcpServer }) =>
      mock.controls.hold({ mcpServer, mcpMethod: "tools/list" }),
    );
    const listing = client.listMcpTools({ tenant: TENANT, system: true });
    await Promise.all(holds.slice(0, CONCURRENCY).map((hold) => hold.arrived()));
    expect(serversAtWork(mock)).toHaveLength(CONCURRENCY);
    for (const [index, hold] of holds.entries()) {
      hold.release();
      const next = holds[index + CONCURRENCY];
      if (next === undefined) continue;
      await next.arrived();
      expect(serversAtWork(mock)).toHaveLength(CONCURRENCY);
      expect(serversAtWork(mock)).not.toContain(SERVERS[index]?.name);
    }
    const { tools, failures } = await listing;
    expect(failures).toEqual([]);
    expect(tools).toHaveLength(5 * SERVERS.length);
    expect(Math.max(...peaks)).toBe(CONCURRENCY);
    expect(serversAtWork(mock)).toEqual([]);
    // Standing streams would not count, but there are none.
    expect(mock.recorder.count({ route: "mcp", method: "GET" })).toBe(0);
  });

  it("costs four calls to the token services, and the tools do not depend on how many at a time", async () => {
    const lists: unknown[] = [];
    for (const discoveryConcurrency of [1, CONCURRENCY]) {
      const { mock, client, asked } = await openLobAgent({
        mock: options,
        client: { discoveryConcurrency },
      });
      const latencyMs = 20;
      mock.controls.delayNext(latencyMs, { route: "mcp", times: Number.POSITIVE_INFINITY });
      const start = performance.now();
      const { tools } = await client.listMcpTools({ tenant: TENANT, system: true });
      const ms = Math.round(performance.now() - start);
      // For information: what it gains depends on the machine and the network.
      console.log(`20 servers with ${latencyMs} ms, ${discoveryConcurrency} at a time: ${ms} ms`);
      lists.push(tools.map(({ name, serverName }) => [serverName, name]));
      expect(asked().toSorted()).toEqual(["destination", "fragments", "fragments", "xsuaa-token"]);
    }
    expect(lists[0]).toHaveLength(5 * SERVERS.length);
    expect(lists[1]).toEqual(lists[0]);
  });
});

describe("discovery in a tenant", () => {
  it("lists the tools of its servers, by the system's token and by a user's", async () => {
    const { mock, client, signIn } = await openLobAgent();
    const userToken = await signIn("alice", TENANT);
    for (const [options, sub] of [
      [{ tenant: TENANT, userToken }, "alice"],
      [{ tenant: TENANT, system: true }, mock.lobClientId],
    ] as const) {
      mock.recorder.clear();
      const { tools, failures } = await client.listMcpTools(options);
      expect(failures).toEqual([]);
      const counts = Object.groupBy(tools, ({ serverName }) => serverName);
      expect(Object.keys(counts).toSorted()).toEqual(["cost-centers", "orders"]);
      const seen = mock.recorder.requests.filter(({ route }) => route === "mcp");
      expect(new Set(seen.map(({ bearer }) => bearer?.claims?.sub))).toEqual(new Set([sub]));
      expect(new Set(seen.map(({ tenant }) => tenant))).toEqual(new Set([TENANT]));
    }
  });

  it("asks no other servers than those of the ids wanted, and those by name only at the end", async () => {
    const { mock, client } = await openLobAgent();
    const { tools } = await client.listMcpTools({
      tenant: TENANT,
      system: true,
      filter: { ordIds: ["sap.mock:apiResource:order:v1"], names: ["whoami"] },
    });
    expect(tools).toMatchObject([{ name: "whoami", serverName: "orders" }]);
    expect(mock.recorder.count({ mcpServer: "orders" })).toBeGreaterThan(0);
    expect(mock.recorder.count({ mcpServer: "cost-centers" })).toBe(0);
  });

  it("finds nothing, which is no error, where the tenant has no servers", async () => {
    const tenants = [{ subdomain: TENANT, mcpServers: [], agents: [] }];
    const { client, asked } = await openLobAgent({ mock: { tenants } });
    expect(await client.listMcpTools({ tenant: TENANT, system: true })).toEqual({
      tools: [],
      failures: [],
    });
    expect(await client.listAgentCards({ tenant: TENANT, system: true })).toEqual({
      cards: [],
      failures: [],
    });
    expect(asked()).toEqual(["xsuaa-token", "fragments", "fragments"]);
  });
});
