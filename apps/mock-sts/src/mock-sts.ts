import {
  type CertificateAuthority,
  type CertificatePair,
  createCertificateAuthority,
} from "./certificate-authority.ts";
import { type ClientCertificateRequest, createClientCertificates } from "./client-certificates.ts";
import { createClock } from "./clock.ts";
import type { Controls } from "./controls.ts";
import { type CustomerCredentials, customerCredentials } from "./customer-credentials.ts";
import { createFaults } from "./faults.ts";
import { type Listeners, startListeners } from "./listeners.ts";
import { type McpServerInfo, mcpServerPath } from "./mcp-servers.ts";
import { type MockStsOptions, resolveOptions } from "./options.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import { type MockParts, serveMock } from "./serve-mock.ts";
import { createSigningKeys } from "./signing-keys.ts";
import { jwksPath, tokenPath } from "./token-server.ts";
import { createUserTokens, type UserTokenRequest } from "./user-tokens.ts";

/** A running mock. */
export interface MockSts extends AsyncDisposable {
  /** Origin of the token server, `https://localhost:…`. */
  readonly url: string;
  /** Issuer of the tokens; the same as `url`. */
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  /** Origin of the gateway. */
  readonly gatewayUrl: string;
  /** The authority that issued the server's certificates, PEM: clients must trust it. */
  readonly ca: string;
  /** The agent's client id. */
  readonly clientId: string;
  /** The agent's first certificate. */
  readonly clientCertificate: CertificatePair;
  /** The MCP servers behind the gateway. */
  readonly mcpServers: readonly McpServerInfo[];
  /** What the mock was asked. */
  readonly recorder: Recorder;
  /** What can be done to it. */
  readonly controls: Controls;
  /** Issues a client certificate; any number of them are good at the same time. */
  issueClientCertificate(request?: ClientCertificateRequest): Promise<CertificatePair>;
  /** Signs a user in: returns a JWT to be used as the assertion of a jwt-bearer request. */
  userToken(request: UserTokenRequest): Promise<string>;
  /** Returns the credentials file of the customer flow, with the agent's first certificate or another. */
  credentials(pair?: CertificatePair): CustomerCredentials;
  /** Ends all connections and frees the ports. May be called twice. */
  close(): Promise<void>;
}

const authorityName = "CN=Mock STS Test Authority,O=Mock STS";

/**
 * Starts an IAS-like token server and an Agent Gateway with MCP servers, over TLS on this machine.
 *
 * Nothing is shared between mocks: any number may run in one process.
 *
 * @throws TypeError or RangeError for an option that is wrong; the system's error if a port is taken.
 * @example
 * ```ts
 * await using mock = await startMockSts();
 * const { tokenServiceUrl } = mock.credentials();
 * ```
 */
export async function startMockSts(options: MockStsOptions = {}): Promise<MockSts> {
  const resolved = resolveOptions(options);
  const authority = await createCertificateAuthority(authorityName);
  const recorder = createRecorder();
  const listeners = await startListeners(resolved, authority, recorder.countHandshake);
  const parts: MockParts = {
    options: resolved,
    trustedAuthority: authority.certificate,
    keys: await createSigningKeys(),
    clock: createClock(),
    faults: createFaults(),
    recorder,
    url: listeners.url,
    gatewayUrl: listeners.gatewayUrl,
  };
  const controls = serveMock(parts, listeners);
  return describeMock(parts, { controls, authority, listeners });
}

async function describeMock(
  { options, keys, clock, recorder, url, gatewayUrl, faults }: MockParts,
  running: { controls: Controls; authority: CertificateAuthority; listeners: Listeners },
): Promise<MockSts> {
  const { controls, authority, listeners } = running;
  const { clientId } = options;
  const issueClientCertificate = createClientCertificates({
    authority,
    rogueAuthority: () => createCertificateAuthority(authorityName),
    defaultSubject: options.subjectDn,
    clock,
  });
  const clientCertificate = await issueClientCertificate();
  const tokenEndpoint = `${url}${tokenPath}`;
  const mcpServers = options.mcpServers.map((server) => ({
    name: server.name,
    ordId: server.ordId,
    globalTenantId: server.globalTenantId,
    url: `${gatewayUrl}${mcpServerPath(server)}`,
  }));
  const close = async () => {
    faults.reset();
    await controls.forgetSessions();
    await listeners.close();
  };
  return {
    ...{ url, issuer: url, tokenEndpoint, jwksUri: `${url}${jwksPath}`, gatewayUrl },
    ...{ ca: authority.certificate, clientId, clientCertificate, mcpServers, recorder, controls },
    issueClientCertificate,
    userToken: createUserTokens({ issuer: url, keys, clock, defaultClientId: clientId }),
    credentials: (pair = clientCertificate) =>
      customerCredentials({ tokenEndpoint, clientId, pair, gatewayUrl, mcpServers }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
