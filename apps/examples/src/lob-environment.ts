import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AgentGatewayClient, createAgentGatewayClient } from "@agent-oauth/client";
import { createLobFlow, type LobFlow } from "@agent-oauth/lob-destination";
import { type CertificatePair, type MockSts, startMockSts } from "@agent-oauth/mock-sts";

/** Everything the demo needs: BTP's services and a gateway to talk to, and the agent's side of it. */
export interface LobEnvironment extends AsyncDisposable {
  readonly mock: MockSts;
  readonly flow: LobFlow;
  readonly client: AgentGatewayClient;
  /** Calls answered from the token caches so far. */
  readonly cacheHits: number;
  /** Writes a service binding with this certificate in the place of the one before, file by file as a mount has them. */
  writeBinding(x509: CertificatePair): Promise<void>;
}

/** Starts the services, writes a binding with a certificate, and makes flow and client from it. */
export async function openLobEnvironment(): Promise<LobEnvironment> {
  const mock = await startMockSts();
  const bindingRoot = await mkdtemp(join(tmpdir(), "agent-oauth-demo-"));
  const writeBinding = async (x509: CertificatePair) => {
    const folder = join(bindingRoot, "destination");
    await mkdir(folder, { recursive: true });
    const entries = { ...mock.destinationBinding({ x509 }), type: "destination" };
    for (const [name, value] of Object.entries(entries)) {
      await writeFile(join(folder, `.${name}`), `${value}\n`, { mode: 0o600 });
      await rename(join(folder, `.${name}`), join(folder, name));
    }
  };
  await writeBinding(await mock.issueDestinationCertificate());
  let cacheHits = 0;
  const flow = await createLobFlow({
    bindingRoot,
    ca: mock.ca,
    landscape: mock.landscape,
    tokenUrl: (tenant) => `${mock.url}/${tenant}/oauth/token`,
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
    writeBinding,
    async [Symbol.asyncDispose]() {
      await client.close();
      await flow.close();
      await mock.close();
      await rm(bindingRoot, { recursive: true });
    },
  };
}
