import { type Context, Hono, type MiddlewareHandler } from "hono";
import { oauthMetadataPath, openIdMetadataPath } from "./authorization-server-metadata.ts";
import { destinationServicePath } from "./destination-service.ts";
import type { Exchange, MockEnv } from "./exchange.ts";
import { parseForm } from "./form.ts";
import { type IdentityTenant, jwksPath, mtlsTokenPath, tokenPath } from "./identity-tenant.ts";
import type { SecurityTokenService } from "./security-token-service.ts";
import type { SigningKeys } from "./signing-keys.ts";
import { stsPath, stsPaths } from "./sts-paths.ts";
import type { Tenants } from "./tenant.ts";
import type { TokenAnswer, TokenRequest } from "./token-endpoint.ts";
import { xsuaaMetadata, type ZonedTokenRequest, zoneOf } from "./xsuaa.ts";

/** What the token server consists of. */
export interface TokenServerOptions {
  readonly url: string;
  readonly tenants: Tenants;
  readonly identityTenants: readonly IdentityTenant[];
  readonly sts: SecurityTokenService;
  readonly requestServiceToken: (request: ZonedTokenRequest) => Promise<TokenAnswer>;
  /** Answers everything below `destinationServicePath`. */
  readonly destinationService: Hono<MockEnv>;
  readonly keys: SigningKeys;
  readonly exchange: MiddlewareHandler<MockEnv>;
}

/** Creates the token server's application: identity tenants, XSUAA, and the Destination Service. */
export function createTokenServer(options: TokenServerOptions): Hono<MockEnv> {
  const app = new Hono<MockEnv>();
  app.use(options.exchange);
  for (const identityTenant of options.identityTenants) {
    serveIdentityTenant(app, identityTenant, options.keys);
  }
  serveSts(app, options);
  app.route(destinationServicePath, options.destinationService);
  serveXsuaa(app, options);
  app.notFound(() => notFoundPage());
  return app;
}

function serveIdentityTenant(app: Hono<MockEnv>, it: IdentityTenant, keys: SigningKeys): void {
  for (const path of [tokenPath, mtlsTokenPath]) {
    app.all(`${it.path}${path}`, (c) => {
      const exchange = c.get("exchange");
      return noteOutcome(exchange, it.requestToken(tokenRequest(c.req.raw, exchange)));
    });
  }
  const documents = [openIdMetadataPath, oauthMetadataPath].map((path) => `${it.path}${path}`);
  // RFC 8414, section 3.1 puts the well-known part before the issuer's path.
  if (it.path !== "") documents.push(`${oauthMetadataPath}${it.path}`);
  for (const path of documents) serveDocument(app, path, () => it.metadata);
  serveDocument(app, `${it.path}${jwksPath}`, () => keys.jwks());
}

function serveSts(app: Hono<MockEnv>, { sts, keys }: TokenServerOptions): void {
  for (const path of [stsPaths.token, stsPaths.mtlsToken]) {
    app.all(`${stsPath}${path}`, (c) => {
      const exchange = c.get("exchange");
      return noteOutcome(exchange, sts.requestToken(tokenRequest(c.req.raw, exchange)));
    });
  }
  // Clients look for it before the issuer's path (RFC 8414) and behind it (OpenID Connect).
  for (const path of [oauthMetadataPath, openIdMetadataPath]) {
    serveDocument(app, `${path}${stsPath}`, sts.metadata);
    serveDocument(app, `${stsPath}${path}`, sts.metadata);
  }
  serveDocument(app, `${stsPath}${stsPaths.jwks}`, () => keys.jwks());
}

function serveXsuaa(app: Hono<MockEnv>, options: TokenServerOptions): void {
  const { tenants, keys, url, requestServiceToken } = options;
  const answer = (c: Context<MockEnv>, zone: ZonedTokenRequest["zone"]) => {
    const exchange = c.get("exchange");
    const encodedCredentials = c.req.header("x-cf-encoded-credentials")?.toLowerCase() === "true";
    const request = { ...tokenRequest(c.req.raw, exchange), encodedCredentials, zone };
    return noteOutcome(exchange, requestServiceToken(request));
  };
  app.all("/oauth/token", (c) => answer(c, zoneOf(c.req.header("x-zid"), tenants)));
  app.all("/:subdomain/oauth/token", (c) =>
    answer(c, tenants.bySubdomain(c.req.param("subdomain"))),
  );
  for (const tenant of tenants.all) {
    const metadata = xsuaaMetadata(tenant, `${url}/token_keys`);
    serveDocument(app, `/${tenant.subdomain}${openIdMetadataPath}`, () => metadata);
    serveDocument(app, `/${tenant.subdomain}/token_keys`, () => keys.jwks());
  }
  serveDocument(app, "/token_keys", () => keys.jwks());
}

function serveDocument(app: Hono<MockEnv>, path: string, document: () => object): void {
  app.get(path, (c) => c.json(document()));
  app.all(path, () => new Response(null, { status: 405, headers: { Allow: "GET, HEAD" } }));
}

function tokenRequest(request: Request, { body, certificate }: Exchange): TokenRequest {
  return {
    method: request.method,
    query: new URL(request.url).search.slice(1),
    body,
    form: parseForm(body),
    contentType: request.headers.get("content-type") ?? undefined,
    authorization: request.headers.get("authorization") ?? undefined,
    certificate,
  };
}

async function noteOutcome(
  { record, tokens }: Exchange,
  outcome: Promise<TokenAnswer>,
): Promise<Response> {
  const { response, issued, clientId, error } = await outcome;
  if (error !== undefined) record.error = error;
  if (clientId !== undefined) record.clientId = clientId;
  if (issued !== undefined) record.issued = tokens.note(issued.token, issued.claims);
  return response;
}

/** A path that leads nowhere ends at the platform's router, which knows nothing of OAuth or JSON. */
function notFoundPage(): Response {
  const page = "<!doctype html><title>404 Not Found</title><h1>404 Not Found</h1>";
  const headers = { "Content-Type": "text/html; charset=utf-8" };
  return new Response(page, { status: 404, headers });
}
