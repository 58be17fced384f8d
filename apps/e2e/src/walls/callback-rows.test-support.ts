import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { McpToolset } from "@agent-oauth/adk";
import { createAgentGatewayClient, mcpServers } from "@agent-oauth/client";
import {
  bearerFetch,
  bindBearer,
  cachingTokenSource,
  createClientPool,
  fromTokenProvider,
  resolveExpiresAt,
} from "@agent-oauth/core";
import {
  type CustomerMtlsFlowOptions,
  createCustomerMtlsFlow,
  createTransparentFlow,
  type TransparentFlowOptions,
} from "@agent-oauth/customer-mtls";
import { createLobFlow, type LobFlowOptions } from "@agent-oauth/lob-destination";
import { createWatchedFile, fileTokenSource } from "@agent-oauth/node";
import { createStsTokenSource, propagatingTokenSource, stsFromEnvironment } from "@agent-oauth/sts";
import {
  clientCredentialsSource,
  createTokenEndpoint,
  noClientAuthentication,
} from "@agent-oauth/token-endpoint";
import { onTestFinished } from "vitest";
import { openMock, temporaryDirectory } from "../agent.test-support.ts";
import {
  AUDIENCE,
  openMcpFetch,
  openTokenServer,
  STRAY_TOKEN,
} from "./callback-servers.test-support.ts";

/** Stands in for a callback; what it does is the test's choice. */
export type Listener = () => void;

/** Real work with a listener as the option; resolves with what the work came to. */
export type Drive = (listener: Listener) => Promise<unknown>;

const provided = () => fromTokenProvider(() => "a-token");
const request = { subjectToken: STRAY_TOKEN, audience: [AUDIENCE] };

/** One row for each callback that a package takes, by the name that the wall gives it. */
export const callbackRows: Readonly<Record<string, Drive>> = {
  "core/BearerOptions.onInsufficientScope": async (onInsufficientScope) => {
    const origins = ["https://a.example"];
    const call = await bindBearer(provided(), { origins, onInsufficientScope }).begin();
    call.answered(insufficientScope());
    return call.authorization;
  },
  "core/BearerFetchOptions.onInsufficientScope": async (onInsufficientScope) => {
    const fetch = async () => insufficientScope();
    const resource = "https://a.example";
    const send = bearerFetch(provided(), { resource, fetch, onInsufficientScope });
    return (await send(resource)).status;
  },
  "core/CachingTokenSourceOptions.onEvent": (onEvent) =>
    tokensOf(cachingTokenSource(provided(), { onEvent, maxEntries: 1 })),
  "core/FromTokenProviderOptions.onEvent": (onEvent) =>
    tokensOf(fromTokenProvider(() => "a-token", { onEvent, maxEntries: 1 })),
  "core/ClientPoolOptions.onEvicted": async (onEvicted) => {
    const pool = createClientPool((of: { name: string }) => of.name, { maxClients: 1, onEvicted });
    return [pool.get({ name: "a" }), pool.get({ name: "b" }), pool.size];
  },
  "core/ResolveExpiresAtOptions.onSkipped": async (onSkipped) =>
    resolveExpiresAt({ expires_at: "never", expires_in: 60 }, { sentAt: 0, onSkipped }),

  "node/WatchedFileOptions.onChange": (onChange) => changedFile({ onChange }, "[2]"),
  "node/WatchedFileOptions.onError": (onError) => changedFile({ onError }, "["),
  "node/FileTokenSourceOptions.onError": async (onError) => {
    const path = join(await temporaryDirectory(), "token");
    await writeFile(path, "a-token");
    const source = fileTokenSource(path, { onError, pollIntervalMs: 0 });
    onTestFinished(() => source.close());
    await source.getToken();
    await writeFile(path, "");
    return (await source.getToken()).token;
  },

  "token-endpoint/TokenEndpointOptions.onEvent": async (onEvent) => {
    const { host, origin } = await openTokenServer();
    const clientAuthentication = noClientAuthentication();
    const whereabouts = { tokenEndpoint: `${origin}/token`, allowInsecureHosts: [host] };
    const options = { ...whereabouts, clientId: "c", clientAuthentication, onEvent };
    const endpoint = createTokenEndpoint(options);
    onTestFinished(() => endpoint.close());
    return (await clientCredentialsSource(endpoint).getToken()).token;
  },

  "sts/StsTokenSourceOptions.onEvent": async (onEvent) => {
    const { host, origin } = await openTokenServer();
    const whereabouts = { tokenEndpoint: `${origin}/token`, allowInsecureHosts: [host] };
    const source = createStsTokenSource({ ...whereabouts, onEvent });
    onTestFinished(() => source.close());
    return (await source.getToken(request)).token;
  },
  "sts/StsFromEnvironmentOptions.onEvent": async (onEvent) => {
    const { host, origin } = await openTokenServer();
    const env = { STS_WELL_KNOWN_URI: `${origin}/metadata` };
    const source = stsFromEnvironment({ env, allowInsecureHosts: [host], onEvent });
    onTestFinished(() => source.close());
    return (await source.getToken(request)).token;
  },
  "sts/PropagatingTokenSourceOptions.onEvent": async (onEvent) =>
    (await propagatingTokenSource({ onEvent }).getToken(request)).token,

  "customer-mtls/CustomerFlowOptions.onEvent": (onEvent) => transparentToken({ onEvent }),
  "customer-mtls/IasClientOptions.onEvent": (onEvent) => transparentToken({ onEvent }),
  "customer-mtls/TransparentFlowOptions.onEvent": (onEvent) => transparentToken({ onEvent }),
  "customer-mtls/CustomerMtlsFlowOptions.onEvent": async (onEvent) => {
    const { flow } = await openMtlsFlow({ onEvent });
    return (await flow.systemTokens.getToken()).tokenType;
  },
  "customer-mtls/CustomerMtlsFlowOptions.onCredentialsError": async (onCredentialsError) => {
    const { flow, credentialsFile } = await openMtlsFlow({ onCredentialsError });
    await writeFile(credentialsFile, "{");
    await flow.reloadCredentials();
    return (await flow.systemTokens.getToken()).tokenType;
  },

  "lob-destination/LobFlowOptions.onEvent": async (onEvent) => {
    const { flow } = await openLobFlow({ onEvent });
    return (await flow.systemTokens.getToken({ tenant: "acme" })).token;
  },
  "lob-destination/LobFlowOptions.onBindingError": async (onBindingError) => {
    const { flow, servicesFile } = await openLobFlow({ onBindingError });
    await writeFile(servicesFile, "{");
    return (await flow.systemTokens.getToken({ tenant: "acme" })).token;
  },

  "client/AgentGatewayClientOptions.onEvent": async (onEvent) => {
    const flow = { ...serversOf(openMcpFetch()), singleTenant: true as const };
    const client = createAgentGatewayClient({ flow, onEvent });
    onTestFinished(() => client.close());
    return (await client.getUserAuth("ann", { tenant: "acme" })).token;
  },
  "client/CallMcpToolOptions.onProgress": async (onProgress) => {
    const client = createAgentGatewayClient({ flow: serversOf(openMcpFetch()) });
    onTestFinished(() => client.close());
    const tool = { name: "count", server: mcpServer };
    return (await client.callMcpTool(tool, {}, { userToken: "ann", onProgress })).text;
  },

  "adk/McpToolsetOptions.onEvent": (onEvent) => toolNames(onEvent),
  "adk/OwnClientOptions.onEvent": (onEvent) => toolNames(onEvent),
};

/** Options that are handed on to code that never calls them yet; their rows show that the work is done all the same. */
export const SILENT: readonly string[] = [
  // A toolset's own client drops no tenant: mcpServers() has any.
  "adk/McpToolsetOptions.onEvent",
  "adk/OwnClientOptions.onEvent",
];

/** What is named so and called by others is ours, and takes nothing from a user. */
export const HANDED_OUT: readonly string[] = [
  "core/McpAuthProvider.onUnauthorized",
  "otel/TokenTelemetry.onEvent",
];

const mcpServer = { name: "s", url: "https://mcp.example/mcp" };

function serversOf(fetch: typeof globalThis.fetch) {
  return mcpServers({ tokens: provided(), servers: [mcpServer], fetch });
}

function insufficientScope(): Response {
  const challenge = 'Bearer error="insufficient_scope", scope="write"';
  return new Response(null, { status: 403, headers: { "www-authenticate": challenge } });
}

async function tokensOf(source: ReturnType<typeof provided>) {
  const tokens = [await source.getToken(), await source.getToken({ tenant: "b" })];
  return tokens.map(({ token }) => token);
}

async function changedFile(options: { onChange?: Listener; onError?: Listener }, text: string) {
  const path = join(await temporaryDirectory(), "numbers.json");
  await writeFile(path, "[1]");
  const file = createWatchedFile(path, { parse: JSON.parse, pollIntervalMs: 0, ...options });
  onTestFinished(() => file.close());
  await file.read();
  await writeFile(path, text);
  return file.read();
}

async function transparentToken(options: TransparentFlowOptions) {
  const { host, origin } = await openTokenServer();
  const env = {
    INTEGRATION_CLIENT_ID: "agent",
    INTEGRATION_AUTH_URL: `${origin}/token`,
    INTEGRATION_GATEWAY_URL: "https://gateway.example",
  };
  const flow = createTransparentFlow({ env, allowInsecureHosts: [host], ...options });
  onTestFinished(() => flow.close());
  return (await flow.systemTokens.getToken()).token;
}

async function openMtlsFlow(options: CustomerMtlsFlowOptions) {
  const mock = await openMock();
  const credentialsFile = join(await temporaryDirectory(), "credentials");
  await writeFile(credentialsFile, JSON.stringify(mock.credentials()), { mode: 0o600 });
  const { ca } = mock;
  const flow = await createCustomerMtlsFlow({ credentialsFile, ca, pollIntervalMs: 0, ...options });
  onTestFinished(() => flow.close());
  return { flow, credentialsFile };
}

async function openLobFlow(options: LobFlowOptions) {
  const { host, origin } = await openTokenServer();
  const servicesFile = join(await temporaryDirectory(), "services.json");
  const credentials = { clientid: "c", clientsecret: "s", url: origin, uri: origin };
  await writeFile(servicesFile, JSON.stringify({ destination: [{ name: "d", credentials }] }));
  const flow = await createLobFlow({
    binding: "d",
    env: { VCAP_SERVICES_FILE_PATH: servicesFile },
    landscape: "eu10",
    allowInsecureHosts: [host],
    tokenUrl: (tenant) => `${origin}/${tenant}/token`,
    ...options,
  });
  onTestFinished(() => flow.close());
  return { flow, servicesFile };
}

async function toolNames(onEvent: Listener) {
  const tokens = provided();
  const fetch = openMcpFetch();
  const caller = { tokens, systemTokens: tokens, listAs: "system" as const };
  const toolset = new McpToolset({ ...caller, server: mcpServer, fetch, onEvent });
  onTestFinished(() => toolset.dispose());
  return (await toolset.getTools()).map(({ name }) => name);
}
