import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAgentGatewayClient, type McpToolRef, type UserToken } from "@agent-oauth/client";
import type { TokenEvent } from "@agent-oauth/core";
import { createFakeClock } from "@agent-oauth/core/testing";
import { type CustomerMtlsFlowOptions, createCustomerMtlsFlow } from "@agent-oauth/customer-mtls";
import {
  type CertificatePair,
  type MockSts,
  type MockStsOptions,
  startMockSts,
} from "@agent-oauth/mock-sts";
import { onTestFinished } from "vitest";

/** What differs between the agents of the tests. */
export interface AgentOptions {
  readonly mock?: MockStsOptions;
  /** Mocks whose authorities are trusted besides that of the agent's own. */
  readonly trusts?: readonly MockSts[];
  readonly flow?: Partial<CustomerMtlsFlowOptions>;
}

/** Half a day: user tokens outlive every test's clock. */
const USER_TOKEN_MS = 43_200_000;

/** Starts a mock that ends with the test. */
export async function openMock(options?: MockStsOptions): Promise<MockSts> {
  const mock = await startMockSts(options);
  onTestFinished(() => mock.close());
  return mock;
}

/** An agent in the customer flow, its credentials in a file, with its servers; all of it ends with the test. */
export async function openAgent(options: AgentOptions = {}) {
  const mock = await openMock(options.mock);
  const clock = createFakeClock(Date.now());
  const { credentialsFile, writeCredentials } = await credentialsOf(mock);
  const { onEvent, happened } = eventLog();
  const ca = [mock, ...(options.trusts ?? [])].map((trusted) => trusted.ca);
  const flow = await createCustomerMtlsFlow({
    credentialsFile,
    ca,
    clock,
    onEvent,
    pollIntervalMs: 0,
    ...options.flow,
  });
  const client = createAgentGatewayClient({ flow, clock, onEvent });
  onTestFinished(async () => {
    mock.controls.reset();
    await client.close();
    await flow.close();
  });
  const tool = (server: string, name: string) => toolOf(mock, { server, name });
  return {
    mock,
    flow,
    client,
    clock,
    happened,
    tool,
    writeCredentials,
    credentialsFile,
    signIn: (sub: string) => mock.userToken({ sub, expiresInMs: USER_TOKEN_MS }),
    /** Lets time pass on both sides. */
    advance(ms: number) {
      clock.advance(ms);
      mock.controls.clockOffsetMs += ms;
    },
    tokenRequests: () => mock.recorder.count({ route: "token" }),
    /** Asks a server whom it thinks it works for. */
    async whoami(server: string, userToken: UserToken) {
      const result = await client.callMcpTool(tool(server, "whoami"), {}, { userToken });
      return result.structuredContent as { readonly sub: string; readonly jti: string };
    },
  };
}

/** So many calls at once. */
export function atOnce<T>(count: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)));
}

/** What the call rejects with. */
export async function rejection(call: Promise<unknown>): Promise<unknown> {
  const value = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in value) return value.error;
  throw new Error("It was expected to fail");
}

/** Makes a directory that goes with the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "agent-oauth-e2e-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

function toolOf(mock: MockSts, { server, name }: { server: string; name: string }): McpToolRef {
  const found = mock.mcpServers.find((candidate) => candidate.name === server);
  if (found === undefined) throw new Error(`There is no server ${server}`);
  return { name, server: { name: server, url: found.url } };
}

async function credentialsOf(mock: MockSts) {
  const credentialsFile = join(await temporaryDirectory(), "credentials");
  const writeCredentials = async (pair?: CertificatePair) => {
    const draft = `${credentialsFile}.new`;
    await writeFile(draft, JSON.stringify(mock.credentials(pair)), { mode: 0o600 });
    await rename(draft, credentialsFile);
  };
  await writeCredentials();
  return { credentialsFile, writeCredentials };
}

/** An event sink, and a way to wait for what it is told. */
export function eventLog() {
  const waiting = new Set<(event: TokenEvent) => void>();
  return {
    onEvent(event: TokenEvent) {
      for (const tell of waiting) tell(event);
    },
    /** Resolves with the next event of the type. */
    happened: (type: TokenEvent["type"]) =>
      new Promise<TokenEvent>((resolve) => {
        const tell = (event: TokenEvent) => {
          if (event.type !== type) return;
          waiting.delete(tell);
          resolve(event);
        };
        waiting.add(tell);
      }),
  };
}
