import { createServer } from "node:https";
import type { MockSts } from "@agent-oauth/mock-sts";
import { type CryptoKey, exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { type Context, errors, Provider } from "oidc-provider";
import { listenUntilTestEnds, serverIdentity } from "../server.test-support.ts";

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const GRANTS = ["client_credentials", JWT_BEARER];

/** What the server knows of the clients that the tests play. */
export const CLIENTS = {
  mtls: { clientId: "mock-agent", subjectDn: "CN=mock-agent,OU=Agents,O=Mock STS" },
  basic: { clientId: "basic:agent", secret: "s3cret: with/odd+characters%" },
  post: { clientId: "post-agent", secret: "another s3cret" },
} as const;

/** The resources that tokens are issued for; the second is what the customer flow asks for. */
export const RESOURCES = {
  mcp: "https://mcp.example/mcp",
  gateway: "urn:sap:identity:application:provider:name:agent-gateway",
} as const;

/** How long its tokens live, in seconds. */
export const TOKEN_SECONDS = 600;

/**
 * Starts an authorization server that nobody here wrote: oidc-provider behind real TLS, with `tls_client_auth`,
 * certificate-bound JWTs, resource indicators, and the jwt-bearer grant, which it lets its user add. Certificates are of
 * the mock's authority. It ends with the test.
 */
export async function openOidcProvider(authority: MockSts) {
  const { server, origin } = await listen(authority);
  const users = await generateKeyPair("ES256");
  const provider = new Provider(origin, await configuration(origin));
  provider.registerGrantType(
    JWT_BEARER,
    (ctx) => answerJwtBearer(ctx, { provider, origin, key: users.publicKey }),
    ["assertion", "resource", "scope"],
    ["resource"],
  );
  const requests: { path: string; hasCertificate: boolean }[] = [];
  const faults: unknown[] = [];
  provider.on("server_error", (_ctx, error) => faults.push(error));
  const answer = provider.callback();
  server.on("request", (request, response) => {
    const { socket, url = "" } = request;
    requests.push({ path: url, hasCertificate: isAuthorized(socket) });
    // The alias for clients with a certificate is the same endpoint.
    request.url = url.replace(/^\/mtls/, "");
    answer(request, response);
  });
  return {
    issuer: origin,
    tokenEndpoint: `${origin}/token`,
    ca: authority.ca,
    /** What was asked for, in order. */
    requests,
    /** What went wrong inside the server: it must stay empty. */
    faults,
    /** Signs a user in. */
    assertion: (claims: Readonly<Record<string, unknown>> = {}) =>
      new SignJWT({ iss: "https://users.example", sub: "alice", aud: origin, ...claims })
        .setProtectedHeader({ alg: "ES256" })
        .setExpirationTime("1h")
        .sign(users.privateKey),
  };
}

async function listen(authority: MockSts) {
  const server = createServer({
    ...(await serverIdentity(authority)),
    ca: authority.ca,
    // Who has no certificate may authenticate otherwise, or be told.
    ...{ requestCert: true, rejectUnauthorized: false },
  });
  return { server, origin: `https://localhost:${await listenUntilTestEnds(server)}` };
}

async function configuration(origin: string) {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), alg: "ES256", use: "sig", kid: "judge" };
  return {
    jwks: { keys: [key] },
    clients: clientMetadata(),
    clientAuthMethods: ["tls_client_auth", "client_secret_basic", "client_secret_post"],
    discovery: { mtls_endpoint_aliases: { token_endpoint: `${origin}/mtls/token` } },
    scopes: ["read"],
    ttl: { AccessToken: TOKEN_SECONDS, ClientCredentials: TOKEN_SECONDS },
    // What is issued here is never looked up.
    adapter: () => ({ upsert: async () => {}, find: async () => undefined }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer },
      mTLS: {
        ...{ enabled: true, tlsClientAuth: true, certificateBoundAccessTokens: true },
        getCertificate: ({ socket }: Context) => socket.getPeerX509Certificate(),
        certificateAuthorized: ({ socket }: Context) => isAuthorized(socket),
        certificateSubjectMatches: ({ socket }: Context, _name: string, expected: string) =>
          // Node writes a line for each part of a name, the most general one first.
          socket.getPeerX509Certificate()?.subject.split("\n").reverse().join(",") === expected,
      },
    },
  };
}

function isAuthorized(socket: object): boolean {
  return "authorized" in socket && socket.authorized === true;
}

function clientMetadata() {
  const rest = {
    ...{ grant_types: GRANTS, redirect_uris: [], response_types: [] },
    id_token_signed_response_alg: "ES256",
  };
  const { mtls, basic, post } = CLIENTS;
  return [
    {
      ...rest,
      client_id: mtls.clientId,
      token_endpoint_auth_method: "tls_client_auth",
      tls_client_auth_subject_dn: mtls.subjectDn,
      tls_client_certificate_bound_access_tokens: true,
    },
    ...Object.entries({ client_secret_basic: basic, client_secret_post: post }).map(
      ([method, { clientId, secret }]) => ({
        ...rest,
        client_id: clientId,
        client_secret: secret,
        token_endpoint_auth_method: method,
      }),
    ),
  ];
}

function resourceServer(_ctx: Context, resource: string) {
  if (!Object.values<string>(RESOURCES).includes(resource)) throw new errors.InvalidTarget();
  return {
    ...{ scope: "read", audience: resource, accessTokenTTL: TOKEN_SECONDS },
    ...{ accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } },
  };
}

/** RFC 7523 §3, for the users of one issuer. */
async function answerJwtBearer(
  ctx: Context,
  { provider, origin, key }: { provider: Provider; origin: string; key: CryptoKey },
): Promise<void> {
  const { client, params, resourceServers } = ctx.oidc;
  const options = { issuer: "https://users.example", audience: [origin, client.clientId] };
  const { payload } = await jwtVerify(params.assertion ?? "", key, options).catch(() => {
    throw new errors.InvalidGrant("the assertion is not valid");
  });
  const token = new provider.AccessToken({
    ...{ client, accountId: payload.sub, gty: JWT_BEARER, scope: params.scope },
  });
  const resource = params.resource ?? "";
  token.resourceServer =
    resourceServers[resource] ??
    new provider.ResourceServer(resource, resourceServer(ctx, resource));
  const certificate = ctx.socket.getPeerX509Certificate();
  if (certificate !== undefined) token.setThumbprint("x5t", certificate);
  ctx.body = {
    access_token: await token.save(),
    token_type: token.tokenType,
    expires_in: token.expiration,
  };
}
