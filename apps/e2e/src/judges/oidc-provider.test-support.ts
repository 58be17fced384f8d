import { createServer } from "node:https";
import type { MockSts } from "@agent-oauth/mock-sts";
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { Provider } from "oidc-provider";
import { listenUntilTestEnds, serverIdentity } from "../server.test-support.ts";
import { registerGrants, USERS_ISSUER } from "./oidc-provider-grants.test-support.ts";
import { configuration } from "./oidc-provider-setup.test-support.ts";

/** How long a user stays signed in, in seconds. */
const SIGNED_IN_SECONDS = 3_600;

/**
 * Starts an authorization server that nobody here wrote: oidc-provider behind real TLS, with `tls_client_auth`,
 * `private_key_jwt`, certificate-bound JWTs, resource indicators, introspection and revocation, and the grants jwt-bearer
 * and token-exchange, which it lets its user add. Certificates are of the mock's authority. It ends with the test.
 */
export async function openOidcProvider(authority: MockSts) {
  const { server, origin } = await listen(authority);
  const [own, users, client] = await Promise.all([
    newKey("own"),
    newKey("users"),
    newKey("client"),
  ]);
  const keys = { server: own.privateJwk, client: client.publicJwk };
  const provider = new Provider(origin, configuration(origin, keys));
  const trusted = createLocalJWKSet({ keys: [own.publicJwk, users.publicJwk] });
  registerGrants({ provider, issuer: origin, keys: trusted });
  const requests: { path: string; hasCertificate: boolean }[] = [];
  const faults: unknown[] = [];
  provider.on("server_error", (_ctx, error) => faults.push(error));
  const issued: string[] = [];
  provider.on("grant.success", ({ body }) => {
    issued.push((body as { readonly access_token: string }).access_token);
  });
  const answer = provider.callback();
  server.on("request", (request, response) => {
    const { socket, url = "" } = request;
    requests.push({
      path: url,
      hasCertificate: "authorized" in socket && socket.authorized === true,
    });
    // The alias for clients with a certificate is the same endpoint.
    request.url = url.replace(/^\/mtls/, "");
    answer(request, response);
  });
  return {
    issuer: origin,
    tokenEndpoint: `${origin}/token`,
    ca: authority.ca,
    /** Of the client that signs. */
    clientKey: client.privateKey,
    /** What was asked for, in order. */
    requests,
    /** How many tokens were asked for. */
    tokenRequests: () => requests.filter(({ path }) => path.endsWith("/token")).length,
    /** The tokens that were issued. */
    issued,
    /** What went wrong inside the server: it must stay empty. */
    faults,
    /** Signs a user, or an actor, in. */
    assertion: (claims: JWTPayload = {}) =>
      new SignJWT({
        iss: USERS_ISSUER,
        sub: "alice",
        aud: origin,
        exp: Math.floor(Date.now() / 1_000) + SIGNED_IN_SECONDS,
        ...claims,
      })
        .setProtectedHeader({ alg: "ES256", kid: "users" })
        .sign(users.privateKey),
  };
}

async function listen(authority: MockSts) {
  const server = createServer({
    ...(await serverIdentity(authority)),
    ca: authority.ca,
    // Who has no certificate may authenticate otherwise, or be told.
    requestCert: true,
    rejectUnauthorized: false,
  });
  return { server, origin: `https://localhost:${await listenUntilTestEnds(server)}` };
}

async function newKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const named = { alg: "ES256", use: "sig", kid };
  return {
    privateKey,
    privateJwk: { ...(await exportJWK(privateKey)), ...named },
    publicJwk: { ...(await exportJWK(publicKey)), ...named },
  };
}
