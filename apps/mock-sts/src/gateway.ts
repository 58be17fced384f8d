import { Hono, type MiddlewareHandler } from "hono";
import type { AccessTokens } from "./access-tokens.ts";
import { authorizeBearer, invalidToken } from "./bearer-authorization.ts";
import { challengeResponse } from "./bearer-challenge.ts";
import type { Exchange, MockEnv } from "./exchange.ts";
import { createMcpEndpoint, type McpEndpoint } from "./mcp-endpoint.ts";
import { findMcpServer, type McpServerOptions } from "./mcp-servers.ts";
import {
  protectedResourceMetadata,
  protectedResourcePath,
  wellKnownPrefix,
} from "./protected-resource-metadata.ts";
import type { RouteName } from "./recorded-request.ts";

/** Switches of the gateway; they are read at each request. */
export interface GatewaySwitches {
  /** Whether bound tokens need their certificate here too. */
  requireBoundCertificate: boolean;
  /** Whether every token is refused: everywhere, or by the servers named. */
  alwaysUnauthorized: boolean | readonly string[];
}

/** What the gateway works with. */
export interface GatewayOptions {
  readonly origin: string;
  readonly issuer: string;
  /** What tokens for the gateway carry in `aud`. */
  readonly audience: string;
  readonly tokens: AccessTokens;
  readonly servers: readonly McpServerOptions[];
  readonly switches: GatewaySwitches;
  readonly exchange: MiddlewareHandler<MockEnv>;
}

/** The gateway's application and its MCP servers. */
export interface Gateway {
  readonly app: Hono<MockEnv>;
  /** Drops the sessions of one server, or of all. */
  forgetSessions(server?: string): Promise<void>;
}

/** Creates Agent Gateway: MCP servers by ORD id and tenant, each behind an access token. */
export function createGateway(options: GatewayOptions): Gateway {
  const endpoints = new Map(options.servers.map((s) => [s.name, createMcpEndpoint(s)] as const));
  const app = new Hono<MockEnv>();
  app.use(options.exchange);
  app.get(`${wellKnownPrefix}/*`, (c) => metadataResponse(c.req.raw.url, options));
  app.get(wellKnownPrefix, (c) => metadataResponse(c.req.raw.url, options));
  app.all("/v1/mcp/*", async (c) => {
    const path = new URL(c.req.url).pathname;
    const server = findMcpServer(options.servers, path);
    const endpoint = endpoints.get(server?.name ?? "");
    if (server === undefined || endpoint === undefined) return c.notFound();
    return answerMcp(c.req.raw, c.get("exchange"), { options, server, endpoint, path });
  });
  return {
    app,
    async forgetSessions(name) {
      const chosen = [...endpoints].filter(([server]) => name === undefined || server === name);
      if (name !== undefined && chosen.length === 0) {
        throw new TypeError(
          `Cannot forget sessions: no MCP server is called ${JSON.stringify(name)}`,
        );
      }
      await Promise.all(chosen.map(([, endpoint]) => endpoint.forgetSessions()));
    },
  };
}

/** Names the resource a path of the gateway leads to. */
export function gatewayRoute(servers: readonly McpServerOptions[]) {
  return (path: string): { route: RouteName; mcpServer?: string } => {
    if (path.startsWith(wellKnownPrefix)) return { route: "resource-metadata" };
    const server = findMcpServer(servers, path);
    return server === undefined ? { route: "unknown" } : { route: "mcp", mcpServer: server.name };
  };
}

async function answerMcp(
  request: Request,
  { body, certificate, record }: Exchange,
  target: {
    options: GatewayOptions;
    server: McpServerOptions;
    endpoint: McpEndpoint;
    path: string;
  },
): Promise<Response> {
  const { options, server, endpoint, path } = target;
  const { switches, tokens, audience } = options;
  const { requiredScope } = server;
  const authorization = isRefused(switches, server.name)
    ? invalidToken("the gateway refuses every token", { requiredScope })
    : await authorizeBearer(
        {
          authorization: request.headers.get("authorization") ?? undefined,
          misplacedToken: hasMisplacedToken(request, body),
          certificate,
        },
        {
          tokens,
          audience,
          requiredScope,
          requireBoundCertificate: switches.requireBoundCertificate,
        },
      );
  if ("refusal" in authorization) {
    if (authorization.refusal.error !== undefined) record.error = authorization.refusal.error;
    const metadataUrl = `${options.origin}${protectedResourcePath(path)}`;
    return challengeResponse(authorization.refusal, metadataUrl);
  }
  const { token, claims } = authorization;
  const clientId = String(claims.client_id);
  const scopes = String(claims.scope ?? "").split(" ");
  return endpoint.handle(rebuild(request, body), { token, clientId, scopes, extra: claims });
}

function isRefused({ alwaysUnauthorized: refused }: GatewaySwitches, server: string): boolean {
  return typeof refused === "boolean" ? refused : refused.includes(server);
}

function hasMisplacedToken(request: Request, body: string): boolean {
  if (new URL(request.url).searchParams.has("access_token")) return true;
  const isForm = request.headers
    .get("content-type")
    ?.startsWith("application/x-www-form-urlencoded");
  return isForm === true && new URLSearchParams(body).has("access_token");
}

/** The body was read for the record: the SDK gets a request of its own. */
function rebuild(request: Request, body: string): Request {
  const { method, headers, signal } = request;
  return new Request(request.url, { method, headers, signal, ...(method === "POST" && { body }) });
}

function metadataResponse(requestUrl: string, options: GatewayOptions): Response {
  const path = new URL(requestUrl).pathname.slice(wellKnownPrefix.length);
  const server = findMcpServer(options.servers, path);
  const isRoot = path === "" || path === "/";
  if (server === undefined && !isRoot) return new Response(null, { status: 404 });
  return Response.json(
    protectedResourceMetadata({
      resource: `${options.origin}${isRoot ? "" : path}`,
      issuer: options.issuer,
      scopes: server?.requiredScope?.split(" ") ?? [],
    }),
  );
}
