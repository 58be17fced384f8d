import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AgentGatewayClient, createAgentGatewayClient } from "@agent-oauth/client";
import { type CustomerMtlsFlow, createCustomerMtlsFlow } from "@agent-oauth/customer-mtls";
import { type CertificatePair, type MockSts, startMockSts } from "@agent-oauth/mock-sts";

/** Everything the demo needs: a token server and gateway to talk to, and the agent's side of it. */
export interface CustomerEnvironment extends AsyncDisposable {
  readonly mock: MockSts;
  readonly flow: CustomerMtlsFlow;
  readonly client: AgentGatewayClient;
  /** Calls answered from the token cache so far. */
  readonly cacheHits: number;
  /** Replaces the credentials file by one with another certificate, in one step, as a secret store does. */
  writeCredentials(pair?: CertificatePair): Promise<void>;
}

/** Starts the servers, writes the agent's credentials to a file, and makes flow and client from it. */
export async function openCustomerEnvironment(): Promise<CustomerEnvironment> {
  const mock = await startMockSts({ requireBoundCertificate: true });
  const directory = await mkdtemp(join(tmpdir(), "agent-oauth-demo-"));
  const credentialsFile = join(directory, "credentials");
  const writeCredentials = async (pair?: CertificatePair) => {
    const draft = `${credentialsFile}.new`;
    await writeFile(draft, JSON.stringify(mock.credentials(pair)), { mode: 0o600 });
    await rename(draft, credentialsFile);
  };
  await writeCredentials();
  let cacheHits = 0;
  const flow = await createCustomerMtlsFlow({
    credentialsFile,
    ca: mock.ca,
    onEvent: ({ type }) => {
      if (type === "hit" || type === "stale") cacheHits++;
    },
  });
  const client = createAgentGatewayClient({ flow });
  return {
    mock,
    flow,
    client,
    get cacheHits() {
      return cacheHits;
    },
    writeCredentials,
    async [Symbol.asyncDispose]() {
      await client.close();
      await flow.close();
      await mock.close();
      await rm(directory, { recursive: true });
    },
  };
}
