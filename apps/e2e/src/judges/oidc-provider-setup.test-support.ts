import type { TLSSocket } from "node:tls";
import type { JWK } from "jose";
import { type Context, errors } from "oidc-provider";

/** The grants that the server's user adds, by their registered names. */
export const GRANTS = {
  jwtBearer: "urn:ietf:params:oauth:grant-type:jwt-bearer",
  tokenExchange: "urn:ietf:params:oauth:grant-type:token-exchange",
} as const;

/** What the server knows of the clients that the tests play. */
export const CLIENTS = {
  mtls: { clientId: "mock-agent", subjectDn: "CN=mock-agent,OU=Agents,O=Mock STS" },
  basic: { clientId: "basic:agent", secret: "s3cret: with/odd+characters%" },
  post: { clientId: "post-agent", secret: "another s3cret" },
  /** By `private_key_jwt`. */
  signing: { clientId: "signing-agent" },
} as const;

/** The resources that tokens are issued for. The second is what the customer flow asks for. */
export const RESOURCES = {
  mcp: "https://mcp.example/mcp",
  gateway: "urn:sap:identity:application:provider:name:agent-gateway",
  /** Its tokens are not JWTs: it asks whether they are still good. */
  asking: "https://asking.example/mcp",
} as const;

/** The audiences that tokens are exchanged for; the last one exchanges them further. */
export const AUDIENCES = ["orders", "billing", CLIENTS.signing.clientId];

/** How long its tokens live, in seconds. */
export const TOKEN_SECONDS = 600;

/** The server's signing key, and the public one of the client that signs. */
export interface Keys {
  readonly server: JWK;
  readonly client: JWK;
}

interface Owner {
  readonly clientId: string;
}

/** Configures the server. */
export function configuration(origin: string, { server, client }: Keys) {
  return {
    jwks: { keys: [server] },
    clients: clientMetadata(client),
    clientAuthMethods: [
      "tls_client_auth",
      "private_key_jwt",
      "client_secret_basic",
      "client_secret_post",
    ],
    discovery: { mtls_endpoint_aliases: { token_endpoint: `${origin}/mtls/token` } },
    scopes: ["read"],
    ttl: { AccessToken: TOKEN_SECONDS, ClientCredentials: TOKEN_SECONDS },
    adapter: memory(),
    // What a grant wants in its tokens besides.
    formats: {
      customizers: {
        jwt: (ctx: Context, _token: unknown, jwt: { readonly payload: object }) =>
          void Object.assign(jwt.payload, ctx.state.claims),
      },
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        // It plays the resource servers too.
        allowedPolicy: (_ctx: Context, { clientId }: Owner) => clientId === CLIENTS.basic.clientId,
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx: Context, { clientId }: Owner, token: Owner) =>
          clientId === token.clientId,
      },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx: Context, resource: string) => resourceServer(resource),
      },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        certificateBoundAccessTokens: true,
        getCertificate: ({ socket }: Context) => socket.getPeerX509Certificate(),
        certificateAuthorized: ({ socket }: Context) => socket.authorized,
        certificateSubjectMatches: ({ socket }: Context, _name: string, expected: string) =>
          subjectOf(socket) === expected,
      },
    },
  };
}

/**
 * Describes a target of tokens.
 *
 * @throws errors.InvalidTarget if it is neither one of the resources nor one of the audiences.
 */
export function resourceServer(target: string) {
  const known = [...Object.values<string>(RESOURCES), ...AUDIENCES];
  if (!known.includes(target)) throw new errors.InvalidTarget();
  return {
    scope: "read",
    audience: target,
    accessTokenTTL: TOKEN_SECONDS,
    ...(target === RESOURCES.asking
      ? { accessTokenFormat: "opaque" }
      : { accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } }),
  };
}

/** Node writes a line for each part of a name, the most general one first. */
function subjectOf(socket: TLSSocket): string | undefined {
  return socket.getPeerX509Certificate()?.subject.split("\n").reverse().join(",");
}

function clientMetadata(publicKey: JWK) {
  const { mtls, basic, post, signing } = CLIENTS;
  const methods = [
    [
      mtls,
      "tls_client_auth",
      {
        tls_client_auth_subject_dn: mtls.subjectDn,
        tls_client_certificate_bound_access_tokens: true,
      },
    ],
    [basic, "client_secret_basic", { client_secret: basic.secret }],
    [post, "client_secret_post", { client_secret: post.secret }],
    [signing, "private_key_jwt", { jwks: { keys: [publicKey] } }],
  ] as const;
  return methods.map(([{ clientId }, method, own]) => ({
    client_id: clientId,
    token_endpoint_auth_method: method,
    ...own,
    grant_types: ["client_credentials", ...Object.values(GRANTS)],
    redirect_uris: [],
    response_types: [],
    id_token_signed_response_alg: "ES256",
  }));
}

/** What was issued can be looked up and revoked, and an assertion is known again. */
function memory() {
  const stored = new Map<string, object>();
  return (model: string) => ({
    upsert: async (id: string, payload: object) => void stored.set(`${model} ${id}`, payload),
    find: async (id: string) => stored.get(`${model} ${id}`),
    destroy: async (id: string) => void stored.delete(`${model} ${id}`),
  });
}
