import tls from "node:tls";
import { createCustomerMtlsFlow } from "@agent-oauth/customer-mtls";
import { type McpServerOptions, type MockSts, startMockSts } from "@agent-oauth/mock-sts";
import { z } from "zod";
import { identification, type Surroundings } from "./framework-agent.ts";

/** A call of the tool `identify` as its server saw it. */
export interface IdentifyCall {
  /** Whom the arguments name. */
  readonly user: string;
  /** Whose token came. */
  readonly subject: unknown;
}

/** A server with the tool `identify`, and the agent's side of it. */
export interface FrameworkEnvironment extends AsyncDisposable {
  readonly mock: MockSts;
  readonly surroundings: Surroundings;
  /** All so far. */
  readonly identifyCalls: readonly IdentifyCall[];
}

/** Starts the servers, over TLS that this process trusts from now on, and signs the users in. */
export async function openFrameworkEnvironment(
  users: readonly string[],
): Promise<FrameworkEnvironment> {
  const identifyCalls: IdentifyCall[] = [];
  const server = identifyServer((call) => identifyCalls.push(call));
  const mock = await startMockSts({ mcpServers: [server] });
  // In production the servers' certificates are of a public authority, or NODE_EXTRA_CA_CERTS names yours.
  tls.setDefaultCACertificates([...tls.getCACertificates(), mock.ca]);
  const flow = await createCustomerMtlsFlow({ credentials: mock.credentials(), ca: mock.ca });
  const signedIn = new Map<string, string>();
  for (const sub of users) signedIn.set(sub, await mock.userToken({ sub }));
  return {
    mock,
    identifyCalls,
    surroundings: {
      mcpUrl: urlOf(mock.mcpServers),
      agentUrl: urlOf(mock.tenants.flatMap(({ agents }) => agents)),
      tokens: flow.userTokens,
      subjectToken: (user) => signedIn.get(user) ?? "",
    },
    async [Symbol.asyncDispose]() {
      await flow.close();
      await mock.close();
    },
  };
}

function identifyServer(note: (call: IdentifyCall) => void): McpServerOptions {
  return {
    name: "registry",
    ordId: "sap.mock:apiResource:registry:v1",
    globalTenantId: "250695",
    tools: [
      {
        name: "identify",
        description: "Says who is named and whose token came.",
        input: z.object({ user: z.string(), greeting: z.string().optional() }),
        run({ user, greeting }, { http }) {
          const call = { user: String(user), subject: http?.authInfo?.extra?.sub };
          note(call);
          const text = identification(call.user, call.subject);
          return {
            content: [
              { type: "text", text: greeting === undefined ? text : `${greeting}, ${text}` },
            ],
          };
        },
      },
    ],
  };
}

function urlOf([first]: readonly { readonly url: string }[]): string {
  if (first === undefined) throw new Error("The mock has none");
  return first.url;
}
