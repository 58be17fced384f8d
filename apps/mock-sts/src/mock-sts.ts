import { iasDestinationName } from "./btp/agent-gateway-landscape.ts";
import { type DestinationBinding, destinationBinding } from "./btp/destination-binding.ts";
import { createDestinationClient } from "./btp/destination-client.ts";
import { checkFields } from "./checks/fields.ts";
import type { Controls } from "./controls/controls.ts";
import { createAdminToken } from "./controls/http/admin-token.ts";
import { CONTROL_PATH } from "./controls/http/control-paths.ts";
import { createUserTokens, type UserTokenRequest } from "./controls/user-tokens.ts";
import { createFaults } from "./faults/faults.ts";
import { type CustomerCredentials, customerCredentials } from "./gateway/customer-credentials.ts";
import { type Listeners, startListeners } from "./http/listeners.ts";
import { createTokenLedger } from "./http/token-ledger.ts";
import { KeyRings } from "./keys/key-rings.ts";
import { IDENTITY_PATHS } from "./oauth/issuer-paths.ts";
import { issueLobKeyStore, LOB_CLIENT } from "./options/lob-client.ts";
import { type MockStsOptions, resolveOptions } from "./options/options.ts";
import { createRecorder, type Recorder } from "./recording/recorder.ts";
import type { McpServerInfo } from "./servers/mcp-servers.ts";
import type { MockParts } from "./serving/mock-parts.ts";
import { type ServedMock, serveMock } from "./serving/serve-mock.ts";
import { describeSts, type StsInfo } from "./sts/sts-info.ts";
import { createTenants } from "./tenants/tenant.ts";
import { describeTenant, type TenantInfo } from "./tenants/tenant-info.ts";
import { createClock } from "./time/clock.ts";
import {
  type CertificateAuthority,
  type CertificatePair,
  createCertificateAuthority,
} from "./tls/certificate-authority.ts";
import { checkCertificatePair } from "./tls/certificate-pair.ts";
import {
  type ClientCertificateRequest,
  createClientCertificates,
} from "./tls/client-certificates.ts";

/** A running mock. */
export interface MockSts extends AsyncDisposable {
  /** Origin of the token server, `https://localhost:…`. */
  readonly url: string;
  /** Issuer of the tokens; the same as `url`. */
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly introspectionEndpoint: string;
  readonly revocationEndpoint: string;
  readonly jwksUri: string;
  /** Origin of the gateway. */
  readonly gatewayUrl: string;
  /** The authority that issued the server's certificates, PEM: clients must trust it. */
  readonly ca: string;
  /** The agent's client id. */
  readonly clientId: string;
  /** The agent's first certificate. */
  readonly clientCertificate: CertificatePair;
  /** The token exchange service. */
  readonly sts: StsInfo;
  /** The further issuers. */
  readonly issuers: readonly StsInfo[];
  /** The MCP servers that accept the gateway's tokens. Those with an audience are at `sts` and `issuers`. */
  readonly mcpServers: readonly McpServerInfo[];
  /** The provider and the subscribers of line-of-business agents. */
  readonly tenants: readonly TenantInfo[];
  /** Client id that line-of-business agents have in every identity tenant. */
  readonly lobClientId: string;
  /** Landscape at the end of the name of their destination. */
  readonly landscape: string;
  /** Name of their destination, at the provider's subaccount. */
  readonly iasDestination: string;
  /** URL of the controls over HTTP, `{url}/__mock`; `/openapi.json` below it describes them. */
  readonly controlUrl: string;
  /** The token that a client must send to see a secret over HTTP, as `Authorization: Bearer …`. */
  readonly adminToken: string;
  /** The requests to the mock. */
  readonly recorder: Recorder;
  /** The controls of the mock. */
  readonly controls: Controls;
  /** Issues a client certificate; any number of them are valid at the same time. */
  issueClientCertificate(request?: ClientCertificateRequest): Promise<CertificatePair>;
  /**
   * Issues a certificate for X.509 bindings of the Destination Service; any number of them are
   * valid at the same time.
   */
  issueDestinationCertificate(request?: ClientCertificateRequest): Promise<CertificatePair>;
  /** Signs a user in: returns a JWT for the assertion of a jwt-bearer request, or for `X-user-token`. */
  userToken(request: UserTokenRequest): Promise<string>;
  /** Returns the credentials file of the customer flow, with the agent's first certificate or another. */
  credentials(pair?: CertificatePair): CustomerCredentials;
  /** Returns the credentials of a binding of the Destination Service: by secret, or by a certificate. */
  destinationBinding(options?: { readonly x509?: CertificatePair }): DestinationBinding;
  /** Ends all connections and frees the ports. May be called twice. */
  close(): Promise<void>;
}

const AUTHORITY_NAME = "CN=Mock STS Test Authority,O=Mock STS";

/**
 * Starts an IAS-like token server and an Agent Gateway with MCP servers, over TLS on this machine.
 *
 * Nothing is shared between mocks: any number may run in one process.
 *
 * @throws TypeError or RangeError for an invalid option; the error of the system if a port is in
 *   use.
 * @example
 * ```ts
 * await using mock = await startMockSts();
 * const { tokenServiceUrl } = mock.credentials();
 * ```
 */
export async function startMockSts(options: MockStsOptions = {}): Promise<MockSts> {
  const resolved = resolveOptions(options);
  const authority = await createCertificateAuthority(AUTHORITY_NAME);
  const keys = new KeyRings();
  const clock = createClock();
  const tokens = createTokenLedger(resolved, keys);
  const recorder = createRecorder(resolved.recordBounds, () => tokens.clear());
  recorder.onAnswer(resolved.onAnswer);
  const faults = createFaults({ seed: resolved.seed });
  const listeners = await startListeners(resolved, authority, {
    onHandshake: recorder.countHandshake,
    refusesHandshake: faults.refusesHandshake,
  });
  const { url, gatewayUrl } = listeners;
  const parts: MockParts = {
    options: resolved,
    keys,
    clock,
    recorder,
    tokens,
    faults,
    url,
    gatewayUrl,
    adminToken: createAdminToken(),
    trustedAuthority: authority.certificate,
    tenants: createTenants({ options: resolved, keys, clock, url, gatewayUrl }),
    destinationClient: createDestinationClient(),
    lobKeyStore: await issueLobKeyStore(authority),
  };
  return describeMock(parts, { ...serveMock(parts, listeners), authority, listeners });
}

async function describeMock(
  parts: MockParts,
  running: ServedMock & { authority: CertificateAuthority; listeners: Listeners },
): Promise<MockSts> {
  const { options, clock, recorder, url, gatewayUrl, tenants } = parts;
  const { controls, services, authority, listeners } = running;
  const { clientId, landscape } = options;
  const issuers = certificateIssuers(parts, authority);
  const clientCertificate = await issuers.issueClientCertificate();
  const tokenEndpoint = `${url}${IDENTITY_PATHS.token}`;
  const { mcpServers } = describeTenant(tenants.provider);
  const close = async () => {
    parts.faults.reset();
    await controls.forgetSessions();
    await listeners.close();
  };
  return {
    url,
    issuer: url,
    tokenEndpoint,
    jwksUri: `${url}${IDENTITY_PATHS.jwks}`,
    gatewayUrl,
    introspectionEndpoint: `${url}${IDENTITY_PATHS.introspection}`,
    revocationEndpoint: `${url}${IDENTITY_PATHS.revocation}`,
    ca: authority.certificate,
    clientId,
    clientCertificate,
    mcpServers,
    recorder,
    controls,
    lobClientId: LOB_CLIENT.clientId,
    landscape,
    ...issuers,
    tenants: tenants.all.map(describeTenant),
    controlUrl: `${url}${CONTROL_PATH}`,
    adminToken: parts.adminToken,
    sts: describeSts(options.sts, url, tenants.provider),
    issuers: options.issuers.map((issuer) => describeSts(issuer, url, tenants.provider)),
    iasDestination: iasDestinationName(landscape),
    userToken: createUserTokens({ tenants, services, clock, defaultClientId: clientId }),
    credentials(pair = clientCertificate) {
      checkCertificatePair(pair, { start: "Cannot make credentials:", name: "the pair" });
      return customerCredentials({ tokenEndpoint, clientId, pair, gatewayUrl, mcpServers });
    },
    destinationBinding(request = {}) {
      checkFields(request, { start: "Cannot make a binding:", names: { x509: "other" } });
      checkCertificatePair(request.x509, { start: "Cannot make a binding:", name: '"x509"' });
      const { destinationClient: client } = parts;
      return destinationBinding({ client, provider: tenants.provider, url, pair: request.x509 });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function certificateIssuers(
  { options, destinationClient, clock }: MockParts,
  authority: CertificateAuthority,
) {
  const rogueAuthority = () => createCertificateAuthority(AUTHORITY_NAME);
  const issuer = (defaultSubject: string) =>
    createClientCertificates({ authority, rogueAuthority, defaultSubject, clock });
  return {
    issueClientCertificate: issuer(options.subjectDn),
    issueDestinationCertificate: issuer(destinationClient.subjectDn),
  };
}
