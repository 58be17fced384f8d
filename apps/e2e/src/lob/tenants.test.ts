import { describe, expect, it } from "vitest";
import { atOnce } from "../agent.test-support.ts";
import { openLobAgent, toolOf } from "./lob-agent.test-support.ts";

const TENANTS = ["tenant-a", "tenant-b"] as const;
/** Alice is a user of both tenants, and two people. */
const USERS = [
  { tenant: "tenant-a", sub: "alice" },
  { tenant: "tenant-a", sub: "bob" },
  { tenant: "tenant-b", sub: "alice" },
  { tenant: "tenant-b", sub: "carol" },
] as const;
const SERVERS = ["cost-centers", "orders"];

async function openBusyAgent() {
  const agent = await openLobAgent();
  const tokens = await Promise.all(USERS.map(({ sub, tenant }) => agent.signIn(sub, tenant)));
  const userAt = (index: number) => {
    const user = index % USERS.length;
    return { ...(USERS[user] ?? USERS[0]), userToken: tokens[user] ?? "" };
  };
  return { ...agent, userAt };
}

describe("two tenants with two users each, at work at the same time", () => {
  it("are never mixed", async () => {
    const { userAt, whoami, mock, asked } = await openBusyAgent();
    const answers = await atOnce(120, async (index) => {
      const { tenant, sub, userToken } = userAt(index);
      const answer = await whoami(tenant, userToken, SERVERS[Math.floor(index / 4) % 2]);
      expect(answer.sub).toBe(sub);
      return answer.jti;
    });
    expect(new Set(answers).size).toBe(4);
    const calls = mock.recorder.requests.filter(({ mcp }) => mcp?.tool === "whoami");
    expect(calls).toHaveLength(120);
    for (const { tenant, bearer } of calls) {
      expect(bearer?.claims?.app_tid).toBe(`${tenant}-id`);
    }
    for (const tenant of TENANTS) {
      expect(asked(tenant).toSorted()).toEqual([
        "destination",
        "destination",
        "fragments",
        "fragments",
        "xsuaa-token",
      ]);
    }
  });

  it("each get their own tenant's data", async () => {
    const { userAt, client, mock } = await openBusyAgent();
    await atOnce(40, async (index) => {
      const { tenant, userToken } = userAt(index);
      const tool = toolOf(mock, { tenant, server: "cost-centers", name: "lookup_cost_center" });
      const { text } = await client.callMcpTool(tool, { id: "1000" }, { tenant, userToken });
      expect(text).toContain(`Research of ${tenant}`);
    });
  });
});
