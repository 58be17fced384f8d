import { Hono, type MiddlewareHandler } from "hono";
import type { Exchange, MockEnv } from "./exchange.ts";
import { fingerprint } from "./fingerprint.ts";
import { parseForm } from "./form.ts";
import type { RouteName } from "./recorded-request.ts";
import type { SigningKeys } from "./signing-keys.ts";
import type { TokenAnswer, TokenRequest } from "./token-endpoint.ts";

/** Path of the token endpoint, as IAS has it. */
export const tokenPath = "/oauth2/token";
/** The token endpoint's second name, for clients that look for an mTLS alias. */
export const mtlsTokenPath = "/mtls/oauth2/token";
/** Path of the JWK Set. */
export const jwksPath = "/oauth2/certs";

const metadataPaths = [
  "/.well-known/openid-configuration",
  "/.well-known/oauth-authorization-server",
];

/** What the token server consists of. */
export interface TokenServerOptions {
  readonly tokenEndpoint: (request: TokenRequest) => Promise<TokenAnswer>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly keys: SigningKeys;
  readonly exchange: MiddlewareHandler<MockEnv>;
}

/** Creates the token server's application: token endpoint, metadata and keys. */
export function createTokenServer(options: TokenServerOptions): Hono<MockEnv> {
  const app = new Hono<MockEnv>();
  app.use(options.exchange);
  for (const path of [tokenPath, mtlsTokenPath]) {
    app.all(path, (c) => answerTokenRequest(c.req.raw, c.get("exchange"), options));
  }
  for (const path of metadataPaths) app.get(path, (c) => c.json(options.metadata));
  app.get(jwksPath, (c) => c.json(options.keys.jwks()));
  for (const path of [...metadataPaths, jwksPath]) {
    app.all(path, () => new Response(null, { status: 405, headers: { Allow: "GET, HEAD" } }));
  }
  return app;
}

/** Names the resource a path of the token server leads to. */
export function tokenServerRoute(path: string): { route: RouteName } {
  if (path === tokenPath || path === mtlsTokenPath) return { route: "token" };
  if (path === jwksPath) return { route: "jwks" };
  return { route: metadataPaths.includes(path) ? "authorization-server-metadata" : "unknown" };
}

async function answerTokenRequest(
  request: Request,
  { body, certificate, record }: Exchange,
  { tokenEndpoint }: TokenServerOptions,
): Promise<Response> {
  const { response, issued, error } = await tokenEndpoint({
    method: request.method,
    query: new URL(request.url).search.slice(1),
    body,
    form: parseForm(body),
    contentType: request.headers.get("content-type") ?? undefined,
    authorization: request.headers.get("authorization") ?? undefined,
    certificate,
  });
  if (error !== undefined) record.error = error;
  if (issued !== undefined) {
    record.clientId = String(issued.claims.client_id);
    record.issued = { fingerprint: fingerprint(issued.token), claims: issued.claims };
  }
  return response;
}
