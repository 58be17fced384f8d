import { type Context, Hono, type MiddlewareHandler } from "hono";
import { DESTINATION_SERVICE_PATH } from "../btp/destination-service.ts";
import { xsuaaMetadata, type ZonedTokenRequest, zoneOf } from "../btp/xsuaa.ts";
import type { MockEnv, ReceivedRequest } from "../http/received-request.ts";
import { type AuthorizationServer, issuerRoutes } from "../issuer/authorization-server.ts";
import { OPEN_ID_METADATA_PATH } from "../issuer/authorization-server-metadata.ts";
import { parseForm } from "../oauth/form.ts";
import { noteRefusal } from "../recording/note-refusal.ts";
import type { Tenants } from "../tenants/tenant.ts";
import type { EndpointResult, TokenRequest } from "../tokens/oauth-endpoint.ts";

/** Creates the token server's application: issuers, XSUAA, and the Destination Service. */
export function createTokenServer(options: TokenServerOptions): Hono<MockEnv> {
  const app = new Hono<MockEnv>();
  app.use(options.receive);
  for (const issuer of options.issuers) serveIssuer(app, issuer);
  app.route(DESTINATION_SERVICE_PATH, options.destinationService);
  serveXsuaa(app, options);
  app.notFound(() => notFoundPage());
  return app;
}

/** The parts of the token server. */
export interface TokenServerOptions {
  readonly url: string;
  readonly tenants: Tenants;
  /** Identity tenants, the token exchange service, and further issuers. */
  readonly issuers: readonly AuthorizationServer[];
  readonly requestServiceToken: (request: ZonedTokenRequest) => Promise<EndpointResult>;
  /** Handles all paths below `DESTINATION_SERVICE_PATH`. */
  readonly destinationService: Hono<MockEnv>;
  /** Receives, records and applies faults; it comes before every handler. */
  readonly receive: MiddlewareHandler<MockEnv>;
}

function serveIssuer(app: Hono<MockEnv>, server: AuthorizationServer): void {
  app.get(`${server.path}${server.paths.authorization}`, () => noSignInPage());
  for (const { path, endpoint, document } of issuerRoutes(server)) {
    if (document !== undefined) serveDocument(app, path, document);
    else {
      app.all(path, (c) => {
        const received = c.get("received");
        return noteOutcome(received, endpoint(tokenRequest(c.req.raw, received)));
      });
    }
  }
}

function serveXsuaa(app: Hono<MockEnv>, options: TokenServerOptions): void {
  const { tenants, url, requestServiceToken } = options;
  const keys = () => tenants.serviceKeys.jwks();
  const handle = (c: Context<MockEnv>, zone: ZonedTokenRequest["zone"]) => {
    const received = c.get("received");
    const encodedCredentials = c.req.header("x-cf-encoded-credentials")?.toLowerCase() === "true";
    const request = { ...tokenRequest(c.req.raw, received), encodedCredentials, zone };
    return noteOutcome(received, requestServiceToken(request));
  };
  app.all("/oauth/token", (c) => handle(c, zoneOf(c.req.header("x-zid"), tenants)));
  app.all("/:subdomain/oauth/token", (c) =>
    handle(c, tenants.bySubdomain(c.req.param("subdomain"))),
  );
  for (const tenant of tenants.all) {
    const metadata = () => xsuaaMetadata(tenant, `${url}/token_keys`);
    serveDocument(app, `/${tenant.subdomain}${OPEN_ID_METADATA_PATH}`, metadata);
    serveDocument(app, `/${tenant.subdomain}/token_keys`, keys);
  }
  serveDocument(app, "/token_keys", keys);
}

function serveDocument(
  app: Hono<MockEnv>,
  path: string,
  document: () => object | Promise<object>,
): void {
  app.get(path, async (c) => c.json(await document()));
  app.all(path, () => new Response(null, { status: 405, headers: { Allow: "GET, HEAD" } }));
}

function tokenRequest(request: Request, { body, certificate }: ReceivedRequest): TokenRequest {
  const { origin, pathname, search } = new URL(request.url);
  return {
    method: request.method,
    url: `${origin}${pathname}`,
    query: search.slice(1),
    body,
    form: parseForm(body),
    contentType: request.headers.get("content-type") ?? undefined,
    authorization: request.headers.get("authorization") ?? undefined,
    dpop: request.headers.get("dpop") ?? undefined,
    certificate,
  };
}

async function noteOutcome(
  { record, tokens }: ReceivedRequest,
  outcome: Promise<EndpointResult>,
): Promise<Response> {
  const { response, issued, clientId, error, errorDescription: description } = await outcome;
  noteRefusal(record, { error, description });
  if (clientId !== undefined) record.clientId = clientId;
  if (issued !== undefined) record.issued = tokens.note(issued.token, issued.claims);
  return response;
}

/** The platform's router responds to unknown paths, without OAuth and JSON. */
function notFoundPage(): Response {
  return page("404 Not Found", 404);
}

/** The page informs the user instead of redirecting to an unknown URL: RFC 6749 §4.1.2.1. */
function noSignInPage(): Response {
  return page("Nobody can sign in here: ask the mock for a user token", 400);
}

function page(title: string, status: number): Response {
  const headers = { "Content-Type": "text/html; charset=utf-8" };
  const html = `<!doctype html><title>${title}</title><h1>${title}</h1>`;
  return new Response(html, { status, headers });
}
