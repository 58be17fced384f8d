import { type AgentGatewayClient, createAgentGatewayClient, mcpServers } from "@agent-oauth/client";
import { fromTokenProvider, TokenError } from "@agent-oauth/core";
import { z } from "zod";
import { type CaseKind, caseKind } from "../fixtures/case-kind.ts";
import { LOOPBACK, withServer } from "../fixtures/case-server.ts";
import { caseClock } from "../fixtures/fill-in.ts";
import { forgetfulMcpServer, lossResponse } from "../fixtures/forgetful-mcp-server.ts";

/** Tool calls after an MCP server has lost its sessions, in the ways in which servers say so. */
export const lostSession: CaseKind = caseKind(
  z.strictObject({
    lost: lossResponse,
    calls: z.int().default(3),
    /** The time between the calls. */
    pauseMs: z.int().default(0),
  }),
  ({ lost, calls, pauseMs }) => {
    const server = forgetfulMcpServer(lost);
    return withServer(server.respond, async (origin) => {
      const clock = caseClock();
      let count = 0;
      const tokens = fromTokenProvider(() => ({ token: `t${++count}`, expiresIn: 3_600 }), {
        clock,
      });
      const client = createAgentGatewayClient({
        flow: mcpServers({ tokens, servers: [{ name: "s", url: `${origin}/mcp` }] }),
        allowInsecureHosts: LOOPBACK,
        versionNegotiation: "legacy",
        clock,
      });
      try {
        const call = await echoOf(client);
        await call();
        server.forgetSessions();
        const outcomes: string[] = [];
        for (let made = 0; made < calls; made++) {
          outcomes.push(await call().catch(codeOf));
          clock.advance(pauseMs);
        }
        return { lastCall: outcomes.at(-1), outcomes };
      } finally {
        await client.close();
      }
    });
  },
);

/** Ends what hangs: a response that can no longer come would be waited for until a limit of the stopped clock. */
const HANG_MS = 3_000;

async function echoOf(client: AgentGatewayClient): Promise<() => Promise<string>> {
  const caller = { userToken: "alice-token", principal: "alice" };
  const { tools } = await client.listMcpTools(caller);
  const [tool] = tools;
  if (tool === undefined) throw new Error("Cannot call the tool: the server lists none");
  return async () => {
    const signal = AbortSignal.timeout(HANG_MS);
    return (await client.callMcpTool(tool, {}, { ...caller, signal })).text;
  };
}

function codeOf(error: unknown): string {
  if (TokenError.isInstance(error)) return error.code;
  return error instanceof Error ? error.name : String(error);
}
