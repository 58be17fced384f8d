import { type AgentGatewayClient, createAgentGatewayClient, mcpServers } from "@agent-oauth/client";
import type { StsTokenSource } from "@agent-oauth/sts";
import { decodeJwt } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { watchExchanges } from "./exchange-log.ts";
import { AUDIENCES, USERS } from "./realm.ts";
import { exchangeByCertificate, exchangeBySecret, subjectToken } from "./realm-clients.ts";
import { type ResourceServer, startResourceServer } from "./resource-server.ts";

const CALLS = 20;

describe("MCP servers that take Keycloak's tokens", () => {
  it.each([
    ["by secret", exchangeBySecret, "agent-by-secret"],
    ["by certificate, with bound tokens", exchangeByCertificate, "agent-by-certificate"],
  ])("get one token for each user and audience, exchanged %s", async (how, exchange, azp) => {
    const { client, servers, users, exchanges } = await landscape(exchange());
    const wanted = AUDIENCES.flatMap((aud) => USERS.map((user) => ({ user, aud, azp })));

    const answers = await Promise.all(
      wanted.flatMap(({ user, aud }) =>
        Array.from({ length: CALLS }, () => call(client, { servers, users, user, aud })),
      ),
    );

    expect(answers).toEqual(wanted.flatMap((one) => Array.from({ length: CALLS }, () => one)));
    const log = await exchanges();
    expect(log.map(({ type }) => type)).toEqual(wanted.map(() => "TOKEN_EXCHANGE"));
    const pairs = log.map(({ userId, details }) => `${userId} ${details.audience}`);
    expect(new Set(pairs).size).toBe(wanted.length);
    for (const [aud, { seen }] of servers) {
      expect(new Set(seen.map(({ token }) => token)).size).toBe(USERS.length);
      expect(
        seen.filter(({ status }) => status >= 400),
        aud,
      ).toEqual([]);
    }
    const requests = [...servers.values()].reduce((sum, { seen }) => sum + seen.length, 0);
    console.log(
      `${how}: ${USERS.length} users, ${AUDIENCES.length} audiences, ${answers.length} tool calls: ` +
        `${log.length} exchanges, ${requests} MCP requests`,
    );
  });

  it("are asked for nothing before a tool is called", async () => {
    const { exchanges } = await landscape(exchangeBySecret());
    expect(await exchanges()).toEqual([]);
  });

  it("refuse a token for another audience", async () => {
    const [orders = "", billing = ""] = AUDIENCES;
    const source = exchangeBySecret();
    const server = await startResourceServer(billing);
    const client = createAgentGatewayClient({
      flow: mcpServers({
        tokens: source,
        servers: [{ name: billing, url: server.url, request: { audience: [orders] } }],
        fetch: source.fetch,
      }),
    });
    onTestFinished(() => client.close());
    const userToken = await subjectToken("alice");
    await expect(
      client.callMcpTool(toolOf(billing, server, orders), {}, { userToken }),
    ).rejects.toMatchObject({ code: "ERR_TOKEN_REJECTED", status: 401 });
    expect(server.seen.map(({ status }) => status)).toEqual([401, 401]);
  });

  it("refuse a bound token without its certificate", async () => {
    const [orders = ""] = AUDIENCES;
    const server = await startResourceServer(orders);
    const [bound, unbound] = [exchangeByCertificate(), exchangeBySecret()];
    const request = { subjectToken: await subjectToken("alice"), audience: [orders] };
    const { token } = await bound.getToken(request);
    const init = { method: "DELETE", headers: { authorization: `Bearer ${token}` } };
    expect((await unbound.fetch(server.url, init)).status).toBe(401);
    expect((await bound.fetch(server.url, init)).status).not.toBe(401);
    expect(decodeJwt(token)).toHaveProperty("cnf");
  });
});

interface Landscape {
  readonly servers: ReadonlyMap<string, ResourceServer>;
  readonly users: ReadonlyMap<string, string>;
}

/** A server for each audience, a client of them all, and users who are logged in. */
async function landscape(source: StsTokenSource) {
  const servers = new Map<string, ResourceServer>();
  for (const audience of AUDIENCES) servers.set(audience, await startResourceServer(audience));
  const users = new Map<string, string>();
  for (const user of USERS) users.set(user, await subjectToken(user));
  const client = createAgentGatewayClient({
    flow: mcpServers({
      tokens: source,
      servers: [...servers].map(([name, server]) => toolOf(name, server).server),
      fetch: source.fetch,
    }),
  });
  onTestFinished(() => client.close());
  return { client, servers, users, exchanges: await watchExchanges() };
}

function toolOf(name: string, { url }: ResourceServer, audience = name) {
  return { name: `${name}_whoami`, server: { name, url, request: { audience: [audience] } } };
}

async function call(
  client: AgentGatewayClient,
  { servers, users, user, aud }: Landscape & { user: string; aud: string },
): Promise<unknown> {
  const server = servers.get(aud);
  const userToken = users.get(user);
  if (server === undefined || userToken === undefined) throw new Error(`Nobody: ${user} ${aud}`);
  const { text } = await client.callMcpTool(toolOf(aud, server), {}, { userToken });
  return JSON.parse(text);
}
