import { setLogger } from "@google/adk";
import { describe, expect, it, onTestFinished } from "vitest";
import { openStsAgent } from "../sts/sts-agent.test-support.ts";
import { adkAgent } from "./adk-agent.test-support.ts";
import {
  ownToolset,
  stockToolsetByFetch,
  stockToolsetByHeader,
  type ToolsetInUse,
  type ToolsetSurroundings,
} from "./toolsets.test-support.ts";

// ADK would write every run that breaks to the console.
setLogger(null);

/** Ends what hangs: ADK's toolset opens hundreds of sessions here, which takes a busy machine a while. */
const LIMIT = { timeout: 300_000 };
const USERS = ["alice", "bob", "carol"];
const RUNS_PER_USER = 10;

describe("McpToolset beside ADK's MCPToolset", () => {
  it("asks for far less, takes no user for another and breaks no run", LIMIT, async () => {
    const own = await measure(ownToolset);
    const byHeader = await measure(stockToolsetByHeader);
    const byFetch = await measure(stockToolsetByFetch);
    console.log(
      table([
        ["McpToolset of @agent-oauth/adk", own],
        ["MCPToolset of ADK, a header for each run", byHeader],
        ["MCPToolset of ADK, a fetch by async context", byFetch],
      ]),
    );
    expect(own.requestsOfOneRun).toBeLessThanOrEqual(2);
    expect(own.requestsOfAllRuns).toBeLessThanOrEqual(2 * own.runs);
    expect(own).toMatchObject({ runs: 30, wrongUsers: 0, failures: 0, exchanges: USERS.length });
    for (const stock of [byHeader, byFetch]) {
      expect(stock.requestsOfOneRun).toBeGreaterThanOrEqual(10 * own.requestsOfOneRun);
    }
  });
});

interface Measured {
  /** With a user who has called the tool before, and nobody else there. */
  readonly requestsOfOneRun: number;
  readonly runs: number;
  /** All runs at a time. */
  readonly requestsOfAllRuns: number;
  /** Calls that the server took for those of another user. */
  readonly wrongUsers: number;
  /** Runs that threw, or whose call came to nothing. */
  readonly failures: number;
  readonly exchanges: number;
}

/** Lets an agent with the toolset call one tool a run, at a mock of its own. */
async function measure(
  use: (surroundings: ToolsetSurroundings) => ToolsetInUse,
): Promise<Measured> {
  const { mock, source, exchanges } = await openStsAgent();
  const [server] = mock.sts.mcpServers;
  if (server === undefined) throw new Error("The mock has no MCP server");
  const subjects = new Map<string, string>();
  for (const sub of USERS) subjects.set(sub, await mock.userToken({ sub }));
  const subjectOf = (user: string) => subjects.get(user);
  const { toolset, actingFor, end } = use({ server, source, subjectOf });
  onTestFinished(end);
  const agent = adkAgent(toolset);
  const run = (user: string) => actingFor(user, () => agent(user));
  const requests = () => mock.recorder.count({ mcpServer: server.name });

  for (const user of USERS) await run(user);
  const before = requests();
  await run("alice");
  const requestsOfOneRun = requests() - before;

  const users = USERS.flatMap((user) => Array.from({ length: RUNS_PER_USER }, () => user));
  const ended = await Promise.allSettled(users.map(run));
  const seenAs = ended.map((one) =>
    one.status === "fulfilled" ? subjectIn(one.value) : undefined,
  );
  return {
    requestsOfOneRun,
    runs: users.length,
    requestsOfAllRuns: requests() - before - requestsOfOneRun,
    wrongUsers: seenAs.filter((sub, index) => sub !== undefined && sub !== users[index]).length,
    failures: seenAs.filter((sub) => sub === undefined).length,
    exchanges: exchanges(),
  };
}

/** Whom the server took the only call of a run for; `undefined` if there was none, or it failed. */
function subjectIn([answer]: readonly unknown[]): string | undefined {
  return (answer as { structuredContent?: { sub?: string } } | undefined)?.structuredContent?.sub;
}

function table(rows: readonly (readonly [name: string, measured: Measured])[]): string {
  const lines = rows.map(([name, { runs, ...measured }]) => [
    name,
    measured.requestsOfOneRun,
    (measured.requestsOfAllRuns / runs).toFixed(1),
    `${measured.wrongUsers} of ${runs}`,
    `${measured.failures} of ${runs}`,
  ]);
  const head = [
    "toolset",
    "requests, one run",
    "requests/run, 30 at a time",
    "wrong user",
    "failed",
  ];
  const all = [head, ...lines].map((cells) => cells.map(String));
  const widths = head.map((_, column) =>
    Math.max(...all.map((cells) => cells[column]?.length ?? 0)),
  );
  const padded = all.map((cells) =>
    cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | "),
  );
  return padded.join("\n");
}
