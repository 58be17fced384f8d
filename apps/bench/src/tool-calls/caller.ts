/**
 * One way to call a tool, as a process of its own: `caller.ts fetch|sdk|client`, with the port of a server, or without one where
 * a function answers in the place of the network. It makes as many calls as its parent asks for, and tells the CPU time.
 */
import { createAgentGatewayClient, mcpServers } from "@agent-oauth/client";
import { createAccessToken } from "@agent-oauth/core";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { mcpReply, TOKEN_BYTES, TOOL, toolCall } from "./mcp-reply.ts";

/** So many calls, of which so many are under way at a time. */
export interface Round {
  readonly calls: number;
  readonly atOnce: number;
}

type Call = () => Promise<unknown>;

const [, , way, port] = process.argv;
const HOST = "127.0.0.1";
const url = `http://${HOST}:${port ?? 1}/mcp`;
const send: typeof globalThis.fetch = port === undefined ? answeredHere : globalThis.fetch;
const args = { city: "Walldorf" };

const WAYS: Readonly<Record<string, () => Call | Promise<Call>>> = {
  fetch: rawFetch,
  sdk: sdkAlone,
  client: ours,
};
const call = await WAYS[way ?? ""]?.();
if (call === undefined) throw new Error(`Cannot call a tool: "${way}" is not a way to do it`);

process.on("message", async ({ calls, atOnce }: Round) => {
  const before = process.cpuUsage();
  let left = calls;
  const caller = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  const { user, system } = process.cpuUsage(before);
  process.send?.((user + system) / calls);
});
process.on("disconnect", () => process.exit());
process.send?.(0);

function rawFetch(): Call {
  let id = 0;
  return async () => (await send(url, toolCall(++id))).json();
}

async function sdkAlone(): Promise<Call> {
  const client = new Client(
    { name: "agent-oauth", version: "0" },
    { versionNegotiation: { mode: "auto" } },
  );
  const headers = { authorization: `Bearer ${"t".repeat(TOKEN_BYTES)}` };
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers },
    fetch: send,
  });
  await client.connect(transport);
  return () => client.callTool({ name: TOOL, arguments: args });
}

function ours(): Call {
  const server = { name: "minimal", url };
  const token = createAccessToken({ token: "t".repeat(TOKEN_BYTES) });
  const tokens = { identity: "bench", getToken: async () => token };
  const client = createAgentGatewayClient({
    flow: mcpServers({ tokens, servers: [server], fetch: send }),
    allowInsecureHosts: [HOST],
  });
  const tool = { name: TOOL, server };
  const text = "u".repeat(TOKEN_BYTES);
  // Each request brings the user's token as a string of its own.
  const userToken = () => text.slice(0, TOKEN_BYTES / 2) + text.slice(TOKEN_BYTES / 2);
  return () => client.callMcpTool(tool, args, { userToken: userToken() });
}

async function answeredHere(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  const request = new Request(input, init);
  const headers = { "content-type": "application/json" };
  return new Response(mcpReply(await request.text()), { headers });
}
