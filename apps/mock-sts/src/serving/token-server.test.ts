import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestAgent } from "../../test-support/agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

let mock: MockSts;
let agent: TestAgent;
beforeAll(async () => {
  mock = await startMockSts();
  agent = new TestAgent(mock, null);
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

async function getJson(url: string) {
  const response = await agent.fetch(url);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  return (await response.json()) as Record<string, unknown>;
}

const provenMethods = [
  "tls_client_auth",
  "self_signed_tls_client_auth",
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
];
const algorithms = expect.arrayContaining(["ES256", "RS256", "PS256", "EdDSA"]);

describe.each(["openid-configuration", "oauth-authorization-server"])(
  "metadata at /.well-known/%s (RFC 8414)",
  (name) => {
    it("[8414-3] [8705-9] names the issuer, the endpoints and what they support", async () => {
      expect(await getJson(`${mock.url}/.well-known/${name}`)).toEqual({
        issuer: mock.issuer,
        authorization_endpoint: `${mock.url}/oauth2/authorize`,
        token_endpoint: mock.tokenEndpoint,
        jwks_uri: mock.jwksUri,
        response_types_supported: ["token"],
        grant_types_supported: [
          "client_credentials",
          "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
        introspection_endpoint: mock.introspectionEndpoint,
        revocation_endpoint: mock.revocationEndpoint,
        token_endpoint_auth_methods_supported: [...provenMethods, "none"],
        revocation_endpoint_auth_methods_supported: [...provenMethods, "none"],
        introspection_endpoint_auth_methods_supported: provenMethods,
        token_endpoint_auth_signing_alg_values_supported: algorithms,
        revocation_endpoint_auth_signing_alg_values_supported: algorithms,
        introspection_endpoint_auth_signing_alg_values_supported: algorithms,
        dpop_signing_alg_values_supported: algorithms,
        tls_client_certificate_bound_access_tokens: true,
        mtls_endpoint_aliases: {
          token_endpoint: `${mock.url}/mtls/oauth2/token`,
          introspection_endpoint: `${mock.url}/mtls/oauth2/introspect`,
          revocation_endpoint: `${mock.url}/mtls/oauth2/revoke`,
        },
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["ES256"],
      });
    });

    it("[8414-6] holds no empty list", async () => {
      const document = await getJson(`${mock.url}/.well-known/${name}`);
      expect(Object.values(document)).not.toContainEqual([]);
    });

    it("lists scopes where clients may have some", async () => {
      await using scoped = await startMockSts({ scopes: ["write", "read"] });
      await using client = new TestAgent(scoped, null);
      const response = await client.fetch(`${scoped.url}/.well-known/${name}`);
      expect(await response.json()).toMatchObject({ scopes_supported: ["read", "write"] });
    });

    it("is only to be read", async () => {
      const url = `${mock.url}/.well-known/${name}`;
      const response = await agent.fetch(url, { method: "POST", body: "x" });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("GET, HEAD");
    });
  },
);

describe("JWK Set (RFC 8414 §2; RFC 7517)", () => {
  const fetchKeys = async () => (await getJson(mock.jwksUri)) as unknown as JSONWebKeySet;

  it("[8414-8] holds public members only", async () => {
    for (const key of (await fetchKeys()).keys) {
      expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
      expect(key).toMatchObject({ kty: "EC", crv: "P-256", alg: "ES256", use: "sig" });
    }
  });

  it("[8414-8] keeps the old key together with the new one when keys are rotated", async () => {
    await using certified = new TestAgent(mock);
    const before = (await certified.requestToken()).token;
    await mock.controls.rotateSigningKey();
    const after = (await certified.requestToken()).token;
    const keys = await fetchKeys();
    expect(keys.keys).toHaveLength(2);
    expect(new Set(keys.keys.map(({ kid }) => kid)).size).toBe(2);
    expect(decodeProtectedHeader(before).kid).not.toBe(decodeProtectedHeader(after).kid);
    for (const token of [before, after]) {
      const options = { issuer: mock.issuer, audience: "mock-agent-gateway", typ: "at+jwt" };
      const { payload } = await jwtVerify(token, createLocalJWKSet(keys), options);
      expect(payload.sub).toBe("mock-agent");
    }
  });
});

describe("other paths of the token server", () => {
  it("redirect no user from the authorization endpoint", async () => {
    const query = "response_type=code&client_id=mock-agent&redirect_uri=https://client.example";
    for (const path of ["/oauth2/authorize", "/sts/authorize"]) {
      const response = await agent.fetch(`${mock.url}${path}?${query}`, { redirect: "manual" });
      expect([response.status, response.headers.get("location")]).toEqual([400, null]);
    }
  });

  it("are not found", async () => {
    const response = await agent.fetch(`${mock.url}/oauth2/nowhere`);
    expect(response.status).toBe(404);
    expect(mock.recorder.requests.at(-1)).toMatchObject({ route: "unknown", status: 404 });
  });
});
