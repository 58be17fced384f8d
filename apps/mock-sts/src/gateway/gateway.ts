import { Hono, type MiddlewareHandler } from "hono";
import type { MockEnv, ReceivedRequest } from "../http/received-request.ts";
import { OAuthError } from "../oauth/oauth-error.ts";
import { STS_NAME } from "../options/issuer-options.ts";
import { noteRefusal } from "../recording/note-refusal.ts";
import { createLazyMcpEndpoint } from "../servers/lazy-mcp-endpoint.ts";
import type { McpEndpoint } from "../servers/mcp-endpoint.ts";
import { type McpServerOptions, mcpServerPath } from "../servers/mcp-servers.ts";
import type { SecurityTokenService } from "../sts/security-token-service.ts";
import type { Tenant, Tenants } from "../tenants/tenant.ts";
import type { Clock } from "../time/clock.ts";
import type { DpopVerifier } from "../tokens/dpop.ts";
import {
  type AccessTokenVerifier,
  createForeignAccessTokens,
} from "../tokens/foreign-access-tokens.ts";
import { createAgentEndpoints } from "./agent-endpoint.ts";
import { type Authorization, authorizeBearer, invalidToken } from "./bearer-authorization.ts";
import { challengeResponse } from "./bearer-challenge.ts";
import { findTarget, type GatewayTarget } from "./gateway-targets.ts";
import { forwardToServer, hasMisplacedToken, isOpenRequest } from "./mcp-request.ts";
import {
  protectedResourceMetadata,
  protectedResourcePath,
  WELL_KNOWN_PREFIX,
} from "./protected-resource-metadata.ts";

/** Switches of the gateway; they are read at each request. */
export interface GatewaySwitches {
  /** Whether bound tokens need their certificate here too. */
  requireBoundCertificate: boolean;
  /** Whether every token is refused: everywhere, or by the servers and agents named. */
  alwaysUnauthorized: boolean | readonly string[];
}

/** The parts of a mock that the gateway needs. */
export interface GatewayOptions {
  readonly origin: string;
  /** The claim `aud` of tokens for the gateway. */
  readonly audience: string;
  readonly tenants: Tenants;
  /** Issuers of the tokens for servers with an audience of their own. */
  readonly services: readonly Pick<SecurityTokenService, "name" | "tokens">[];
  readonly dpop: DpopVerifier;
  readonly clock: Clock;
  /** Allowed difference between clocks, in milliseconds. */
  readonly clockSkewMs: number;
  readonly switches: GatewaySwitches;
  /** Receives, records and applies faults; it comes before every handler. */
  readonly receive: MiddlewareHandler<MockEnv>;
}

/** The gateway's application and its MCP servers. */
export interface Gateway {
  readonly app: Hono<MockEnv>;
  /** Drops the sessions of the servers of a name, or of all. */
  forgetSessions(server?: string): Promise<void>;
}

/** The gateway's options, and the issuers of the servers with an audience of their own. */
interface GatewayContext extends GatewayOptions {
  readonly issuers: ReadonlyMap<McpServerOptions, AccessTokenVerifier>;
}

/** Creates Agent Gateway: every tenant's MCP servers and agents, behind its access tokens. */
export function createGateway(given: GatewayOptions): Gateway {
  const options: GatewayContext = { ...given, issuers: serverIssuers(given) };
  const endpoints = new Map<Tenant, ReadonlyMap<string, McpEndpoint>>(
    options.tenants.all.map((tenant) => [
      tenant,
      new Map(tenant.mcpServers.map((server) => [server.name, createLazyMcpEndpoint(server)])),
    ]),
  );
  const agents = new Map(
    options.tenants.all.map((tenant) => [tenant, createAgentEndpoints(tenant)]),
  );
  const app = new Hono<MockEnv>();
  app.use(options.receive);
  app.onError((error, c) => {
    if (!(error instanceof OAuthError)) throw error;
    noteRefusal(c.get("received").record, { error: error.error, description: error.message });
    return error.toResponse();
  });
  app.get(`${WELL_KNOWN_PREFIX}/*`, (c) => metadataResponse(c.req.raw.url, options));
  app.get(WELL_KNOWN_PREFIX, (c) => metadataResponse(c.req.raw.url, options));
  app.all("*", async (c) => {
    const target = findTarget(options.tenants, new URL(c.req.url).pathname);
    if (target === undefined) return c.notFound();
    const request = c.req.raw;
    const received = c.get("received");
    const { tenant, server } = target;
    const endpoint = server && endpoints.get(tenant)?.get(server.name);
    if (endpoint !== undefined && isOpenRequest(request, { server, body: received.body })) {
      return forwardToServer(request, { received, endpoint });
    }
    const authorization = await authorize({ request, received }, { target, options });
    if ("refusal" in authorization) return refuse(request, { authorization, received, options });
    if (endpoint !== undefined) {
      return forwardToServer(request, { received, authorization, endpoint });
    }
    if (server !== undefined) return c.notFound();
    const { claims } = authorization;
    const agent = agents.get(tenant)?.get(target.agent.name);
    return agent?.({ request, body: received.body, part: target.part, claims }) ?? c.notFound();
  });
  return {
    app,
    forgetSessions: (name) =>
      forgetSessions(
        [...endpoints.values()].flatMap((ofTenant) => [...ofTenant]),
        name,
      ),
  };
}

async function forgetSessions(
  endpoints: readonly (readonly [server: string, endpoint: McpEndpoint])[],
  name: string | undefined,
): Promise<void> {
  const chosen = endpoints.filter(([server]) => name === undefined || server === name);
  if (name !== undefined && chosen.length === 0) {
    throw new TypeError(`Cannot forget sessions: no MCP server is called ${JSON.stringify(name)}`);
  }
  await Promise.all(chosen.map(([, endpoint]) => endpoint.forgetSessions()));
}

async function authorize(
  { request, received }: { request: Request; received: ReceivedRequest },
  { target, options }: { target: GatewayTarget; options: GatewayContext },
): Promise<Authorization> {
  const { switches } = options;
  const { server, agent } = target;
  const requiredScope = server?.requiredScope;
  if (isRefused(switches, (server ?? agent).name)) {
    return invalidToken("the gateway refuses every token", { requiredScope });
  }
  const { origin, pathname } = new URL(request.url);
  return authorizeBearer(
    {
      method: request.method,
      url: `${origin}${pathname}`,
      authorization: request.headers.get("authorization") ?? undefined,
      dpop: request.headers.get("dpop") ?? undefined,
      misplacedToken: hasMisplacedToken(request, received.body),
      certificate: received.certificate,
    },
    {
      ...issuerOf(target, options),
      requiredScope,
      dpop: options.dpop,
      requireBoundCertificate: switches.requireBoundCertificate,
      requireDpop: server?.requireDpop ?? false,
    },
  );
}

/** A server with an audience of its own accepts other tokens than the rest of the gateway. */
function issuerOf(
  { tenant, server }: GatewayTarget,
  { issuers, audience, origin }: GatewayContext,
): { tokens: AccessTokenVerifier; audience: string | readonly string[] } {
  const tokens = server && issuers.get(server);
  if (server?.audience === undefined || tokens === undefined) {
    return { tokens: tenant.tokens, audience };
  }
  const url = `${origin}${tenant.gatewayPath}${mcpServerPath(server)}`;
  return { tokens, audience: [server.audience, url] };
}

function serverIssuers(options: GatewayOptions): GatewayContext["issuers"] {
  const servers = options.tenants.all.flatMap(({ mcpServers }) => mcpServers);
  return new Map(
    servers.flatMap((server) => {
      const { audience, issuer = STS_NAME } = server;
      const tokens =
        typeof issuer === "object"
          ? createForeignAccessTokens(issuer, options)
          : options.services.find(({ name }) => name === issuer)?.tokens;
      return audience === undefined || tokens === undefined ? [] : [[server, tokens]];
    }),
  );
}

function refuse(
  request: Request,
  context: {
    authorization: Extract<Authorization, { refusal: unknown }>;
    received: ReceivedRequest;
    options: GatewayContext;
  },
): Response {
  const { refusal } = context.authorization;
  noteRefusal(context.received.record, refusal);
  const path = protectedResourcePath(new URL(request.url).pathname);
  return challengeResponse(refusal, `${context.options.origin}${path}`);
}

function isRefused({ alwaysUnauthorized: refused }: GatewaySwitches, name: string): boolean {
  return typeof refused === "boolean" ? refused : refused.includes(name);
}

function metadataResponse(requestUrl: string, options: GatewayContext): Response {
  const { tenants, origin } = options;
  const path = new URL(requestUrl).pathname.slice(WELL_KNOWN_PREFIX.length);
  const target = findTarget(tenants, path);
  const isRoot = path === "" || path === "/";
  if (target === undefined && !isRoot) return new Response(null, { status: 404 });
  const { tokens } = target === undefined ? tenants.provider : issuerOf(target, options);
  return Response.json(
    protectedResourceMetadata({
      resource: `${origin}${isRoot ? "" : path}`,
      issuer: tokens.issuer,
      requireDpop: target?.server?.requireDpop ?? false,
      scopes: target?.server?.requiredScope?.split(" ") ?? [],
    }),
  );
}
