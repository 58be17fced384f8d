import { createAgentGatewayClient, type McpToolRef, type UserToken } from "@agent-oauth/client";
import type { TokenEvent } from "@agent-oauth/core";
import { createFakeClock } from "@agent-oauth/core/testing";
import { createLobFlow, type LobFlowOptions } from "@agent-oauth/lob-destination";
import type { MockSts, MockStsOptions } from "@agent-oauth/mock-sts";
import { onTestFinished } from "vitest";
import { eventLog, openMock } from "../agent.test-support.ts";

/** What differs between the line-of-business agents of the tests. */
export interface LobAgentOptions {
  /** The mock to talk to, or how to make it. */
  readonly mock?: MockSts | MockStsOptions;
  /** Mocks whose authorities are trusted besides that of the agent's own. */
  readonly trusts?: readonly MockSts[];
  /** With a place where a binding is to be found, `bindingRoot`, none is given by value. */
  readonly flow?: LobFlowOptions;
  readonly client?: { readonly discoveryConcurrency: number };
}

/** Half a day: user tokens outlive every test's clock. */
const USER_TOKEN_MS = 43_200_000;

/** Options of a flow at the mock that are the same wherever its binding comes from. Nothing is read from the process. */
export function lobOptions(mock: MockSts): LobFlowOptions {
  const { url, landscape, ca } = mock;
  return { landscape, ca, env: {}, tokenUrl: (tenant) => `${url}/${tenant}/oauth/token` };
}

/** A line-of-business agent, all of which ends with the test. */
export async function openLobAgent({ mock: given, trusts = [], ...options }: LobAgentOptions = {}) {
  const mock = given !== undefined && "recorder" in given ? given : await openMock(given);
  const clock = createFakeClock(Date.now());
  const events: TokenEvent[] = [];
  const log = eventLog();
  const onEvent = (event: TokenEvent) => {
    events.push(event);
    log.onEvent(event);
  };
  const flow = await createLobFlow({
    ...lobOptions(mock),
    clock,
    onEvent,
    ...(options.flow?.bindingRoot === undefined && { binding: mock.destinationBinding() }),
    ca: [mock, ...trusts].map(({ ca }) => ca),
    ...options.flow,
  });
  const client = createAgentGatewayClient({ flow, clock, onEvent, ...options.client });
  onTestFinished(async () => {
    mock.controls.reset();
    await client.close();
    await flow.close();
  });
  return {
    mock,
    flow,
    client,
    clock,
    events,
    happened: log.happened,
    signIn: (sub: string, tenant: string) =>
      mock.userToken({ sub, tenant, expiresInMs: USER_TOKEN_MS }),
    /** Lets time pass on both sides. */
    advance(ms: number) {
      clock.advance(ms);
      mock.controls.clockOffsetMs += ms;
    },
    /** What was asked of XSUAA and of the Destination Service, in order: routes. */
    asked: (tenant?: string) => askedOf(mock, tenant),
    /** Asks a server of a tenant whom it thinks it works for. */
    async whoami(tenant: string, userToken: UserToken, server = "orders") {
      const tool = toolOf(mock, { tenant, server, name: "whoami" });
      const result = await client.callMcpTool(tool, {}, { tenant, userToken });
      return result.structuredContent as { readonly sub: string; readonly jti: string };
    },
  };
}

/** One of {@link openLobAgent}'s agents. */
export type LobAgent = Awaited<ReturnType<typeof openLobAgent>>;

/** The routes of what a mock's token server was asked, in order. */
export function askedOf({ recorder }: MockSts, tenant?: string): string[] {
  const asked = recorder.requests.filter(
    (request) =>
      request.listener === "token-server" && (tenant === undefined || request.tenant === tenant),
  );
  return asked.map(({ route }) => route);
}

/** Names a tool at the URL that the mock says its server has. */
export function toolOf(
  mock: MockSts,
  { tenant, server, name }: { tenant: string; server: string; name: string },
): McpToolRef {
  const servers = mock.tenants.find(({ subdomain }) => subdomain === tenant)?.mcpServers ?? [];
  const found = servers.find((candidate) => candidate.name === server);
  if (found === undefined) throw new Error(`There is no server ${server} of ${tenant}`);
  return { name, server: { name: server, url: found.url } };
}

/** Name of the fragment that a mock has for a tenant and a purpose. */
export function fragmentOf(
  tenant: string,
  what: "ias" | "ias-user" | `mcp-${string}` | `a2a-${string}`,
) {
  const prefix = "sap-managed-runtime-agw";
  return `${prefix}-${what.startsWith("ias") ? `subscriber-${what}` : what}-${tenant}`;
}
