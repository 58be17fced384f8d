import { describe, expect, it } from "vitest";
import { openAgent, rejection } from "./agent.test-support.ts";

const DEAD = "orders";
const ORD_IDS = {
  "cost-centers": "sap.mock:apiResource:cost-center:v1",
  orders: "sap.mock:apiResource:order:v1",
  calendar: "sap.mock:apiResource:calendar:v1",
};

type Agent = Awaited<ReturnType<typeof openAgent>>;

const DEATHS: readonly [string, (agent: Agent) => unknown, object][] = [
  [
    "whose connections break",
    ({ mock }) =>
      mock.controls.breakNext("reset-before-headers", {
        mcpServer: DEAD,
        times: Number.POSITIVE_INFINITY,
      }),
    { code: "ERR_TOKEN_NETWORK", retryable: true },
  ],
  [
    "that answers 503",
    ({ mock }) =>
      mock.controls.failNext(
        { status: 503, body: "" },
        { mcpServer: DEAD, times: Number.POSITIVE_INFINITY },
      ),
    { code: "ERR_TOKEN_HTTP", status: 503, retryable: true },
  ],
  [
    "that answers with a web page",
    ({ mock }) =>
      mock.controls.breakNext("html", { mcpServer: DEAD, times: Number.POSITIVE_INFINITY }),
    { code: "ERR_TOKEN_RESPONSE", retryable: false },
  ],
  [
    "that refuses every token",
    ({ mock }) => {
      mock.controls.alwaysUnauthorized = [DEAD];
    },
    { code: "ERR_TOKEN_REJECTED", retryable: false },
  ],
];

describe("discovery", () => {
  it("lists the tools of all servers, all pages, for the user and for the agent itself", async () => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    for (const options of [{ userToken }, { system: true }] as const) {
      const { tools, failures } = await agent.client.listMcpTools(options);
      expect(failures).toEqual([]);
      const counts = Object.groupBy(tools, ({ serverName }) => serverName);
      expect(Object.keys(counts).sort()).toEqual(Object.keys(ORD_IDS).sort());
      for (const list of Object.values(counts)) expect(list).toHaveLength(5);
    }
    expect(agent.tokenRequests()).toBe(2);
  });

  it.each(DEATHS)("reports a server %s and lists the others", async (_name, kill, expected) => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    kill(agent);
    const { tools, failures } = await agent.client.listMcpTools({ userToken });
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ ref: { ordId: ORD_IDS[DEAD] }, error: expected });
    expect(String(failures[0]?.error)).toContain(ORD_IDS[DEAD]);
    expect(new Set(tools.map(({ serverName }) => serverName))).toEqual(
      new Set(["cost-centers", "calendar"]),
    );
  });

  it("reports a server that does not answer in time and lists the others", async () => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    await agent.client.listMcpTools({ userToken });
    const hold = agent.mock.controls.hold({ mcpServer: DEAD });
    const { tools, failures } = await agent.client.listMcpTools({ userToken, timeoutMs: 1_000 });
    hold.release();
    expect(failures).toMatchObject([
      { ref: { ordId: ORD_IDS[DEAD] }, error: { code: "ERR_TOKEN_TIMEOUT", retryable: true } },
    ]);
    expect(tools).toHaveLength(10);
  });

  it("asks the servers at the same time", async () => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    const hold = agent.mock.controls.hold({ route: "mcp" });
    const listing = agent.client.listMcpTools({ userToken });
    await hold.arrived(3);
    hold.release();
    expect((await listing).tools).toHaveLength(15);
  });

  it("asks no other servers than those of the ids wanted", async () => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    const { tools } = await agent.client.listMcpTools({
      userToken,
      filter: { ordIds: [ORD_IDS.calendar], names: ["whoami"] },
    });
    expect(tools).toMatchObject([{ name: "whoami", serverName: "calendar" }]);
    expect(agent.mock.recorder.count({ route: "mcp", mcpServer: "calendar" })).toBe(
      agent.mock.recorder.count({ route: "mcp" }),
    );
  });

  it("fails if no server could be asked", async () => {
    const agent = await openAgent();
    agent.mock.controls.failNext(
      { status: 503, body: "" },
      { route: "mcp", times: Number.POSITIVE_INFINITY },
    );
    const userToken = await agent.signIn("alice");
    const error = await rejection(agent.client.listMcpTools({ userToken }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_HTTP", status: 503 });
  });

  it("fails once if no token can be had, with the reason", async () => {
    const agent = await openAgent();
    const userToken = await agent.mock.userToken({ sub: "alice", clientId: "another-client" });
    const error = await rejection(agent.client.listMcpTools({ userToken }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError: "invalid_grant" });
    expect(agent.tokenRequests()).toBe(1);
    expect(agent.mock.recorder.count({ listener: "gateway" })).toBe(0);
  });
});
