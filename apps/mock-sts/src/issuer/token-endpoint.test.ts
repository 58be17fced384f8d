import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM, jwtBearerForm, TestAgent } from "../../test-support/agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import { certificateThumbprint } from "../oauth/fingerprint.ts";

const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

let mock: MockSts;
let agent: TestAgent;
beforeAll(async () => {
  mock = await startMockSts({
    scopes: ["read", "write"],
    clients: [
      { clientId: "app-only", authentication: "none", grants: ["client_credentials"] },
      { clientId: "other", authentication: "none", scopes: ["admin"] },
    ],
  });
  agent = new TestAgent(mock);
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

async function expectError(
  fields: Parameters<TestAgent["requestToken"]>[0],
  expected: { status: number; error: string },
  init: Parameters<TestAgent["requestToken"]>[1] = {},
) {
  const { status, body, headers } = await agent.requestToken(fields, init);
  expect({ status, error: body.error }).toEqual(expected);
  expect(body).not.toHaveProperty("access_token");
  // 6749-16: only these characters may occur.
  expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(headers.get("content-type")).toMatch(/^application\/json/);
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("pragma")).toBe("no-cache");
  return headers;
}

describe("token endpoint, requests (RFC 6749 §3.2)", () => {
  it.each(["GET", "PUT", "DELETE"])(
    "[6749-1] responds to %s with 405 and never a token",
    async (method) => {
      const body = method === "GET" ? null : new URLSearchParams(CLIENT_CREDENTIALS_FORM);
      const response = await agent.fetch(mock.tokenEndpoint, { method, body });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("POST");
      expect(await response.json()).not.toHaveProperty("access_token");
    },
  );

  it.each([
    ["JSON", "application/json", JSON.stringify(CLIENT_CREDENTIALS_FORM)],
    ["text", "text/plain", new URLSearchParams(CLIENT_CREDENTIALS_FORM).toString()],
    [
      "another charset",
      "application/x-www-form-urlencoded; charset=latin1",
      new URLSearchParams(CLIENT_CREDENTIALS_FORM).toString(),
    ],
    ["broken UTF-8", "application/x-www-form-urlencoded", "grant_type=client_credentials&x=%ff"],
  ])("[6749-2] refuses %s", async (_what, contentType, body) => {
    const init = { body, headers: { "Content-Type": contentType } };
    await expectError({}, { status: 400, error: "invalid_request" }, init);
  });

  it("[6749-2] refuses parameters in the URL", async () => {
    const url = `${mock.tokenEndpoint}?client_id=mock-agent`;
    const body = new URLSearchParams(CLIENT_CREDENTIALS_FORM);
    const response = await agent.fetch(url, { method: "POST", body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_request" });
  });

  it("[6749-3] ignores unknown parameters and takes an empty value as absent", async () => {
    const { status, body } = await agent.requestToken({
      ...CLIENT_CREDENTIALS_FORM,
      scope: "",
      token_format: "",
      colour: "blue",
    });
    expect(status).toBe(200);
    expect(body).not.toHaveProperty("scope");
  });

  it("[6749-4] refuses a parameter that occurs twice, empty ones too", async () => {
    const fields = Object.entries(CLIENT_CREDENTIALS_FORM);
    const twice = { status: 400, error: "invalid_request" };
    await expectError([...fields, ["scope", "read"], ["scope", "write"]], twice);
    await expectError([...fields, ["scope", "read"], ["scope", ""]], twice);
  });

  it("[6749-4] takes a repeated resource and audience", async () => {
    const { status } = await agent.requestToken([
      ...Object.entries(CLIENT_CREDENTIALS_FORM),
      ["resource", CLIENT_CREDENTIALS_FORM.resource],
      ["audience", "a"],
      ["audience", "b"],
    ]);
    expect(status).toBe(200);
  });

  it("refuses a body that is too large", async () => {
    const padding = "x".repeat(1_100_000);
    const { status, body } = await agent.requestToken({ ...CLIENT_CREDENTIALS_FORM, padding });
    expect(status).toBe(413);
    expect(body.error).toBe("invalid_request");
  });
});

describe("token endpoint, errors (RFC 6749 §5.2)", () => {
  it("[6749-5] tells a missing, an unknown and a forbidden grant apart", async () => {
    const { grant_type: _, ...withoutGrant } = CLIENT_CREDENTIALS_FORM;
    await expectError(withoutGrant, { status: 400, error: "invalid_request" });
    const unknown = { ...CLIENT_CREDENTIALS_FORM, grant_type: "password" };
    await expectError(unknown, { status: 400, error: "unsupported_grant_type" });
    const forbidden = { client_id: "app-only", grant_type: jwtBearer, assertion: "x" };
    await expectError(forbidden, { status: 400, error: "unauthorized_client" });
  });

  it.each(["toString", "__proto__", "constructor"])("knows no grant %s", async (grantType) => {
    const fields = { ...CLIENT_CREDENTIALS_FORM, grant_type: grantType };
    await expectError(fields, { status: 400, error: "unsupported_grant_type" });
  });

  it("[6749-9] refuses an unknown scope, and the scope of another client", async () => {
    const error = { status: 400, error: "invalid_scope" };
    await expectError({ ...CLIENT_CREDENTIALS_FORM, scope: "nonsense" }, error);
    await expectError({ ...CLIENT_CREDENTIALS_FORM, scope: "read nonsense" }, error);
    await expectError({ ...CLIENT_CREDENTIALS_FORM, scope: "admin" }, error);
  });

  it.each([
    "https://mcp.example/",
    "relative",
    "urn:x#y",
    "urn:sap:identity:application:provider:name:agent-gatewa",
  ])("[8707-3] refuses the resource %s", async (resource) => {
    const fields = { ...CLIENT_CREDENTIALS_FORM, resource };
    await expectError(fields, { status: 400, error: "invalid_target" });
  });

  it("refuses two resources if it knows only one", async () => {
    const fields = [...Object.entries(CLIENT_CREDENTIALS_FORM), ["resource", "urn:x"]] as const;
    await expectError(fields, { status: 400, error: "invalid_target" });
  });

  it("refuses an unknown token_format", async () => {
    const fields = { ...CLIENT_CREDENTIALS_FORM, token_format: "saml" };
    await expectError(fields, { status: 400, error: "invalid_request" });
  });
});

describe("token endpoint, client_credentials (RFC 6749 §4.4; RFC 9068)", () => {
  it("[6749-10] [6749-11] [6749-18] responds with JSON that no cache may keep, without a refresh token", async () => {
    const { status, headers, body } = await agent.requestToken();
    expect(status).toBe(200);
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("pragma")).toBe("no-cache");
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: "Bearer",
      expires_in: 3600,
    });
  });

  it("[9068-2] issues a JWT with the claims of IAS and of RFC 9068", async () => {
    const { token } = await agent.requestToken();
    expect(decodeProtectedHeader(token)).toEqual({
      alg: "ES256",
      typ: "at+jwt",
      kid: expect.any(String),
    });
    const claims = decodeJwt(token);
    expect(claims).toEqual({
      iss: mock.issuer,
      sub: "mock-agent",
      aud: "mock-agent-gateway",
      client_id: "mock-agent",
      azp: "mock-agent",
      iat: expect.any(Number),
      exp: (claims.iat ?? 0) + 3600,
      jti: expect.any(String),
      app_tid: "mock-tenant",
      azp_app_tid: "mock-tenant",
      ias_iss: mock.issuer,
      sap_id_type: "app",
      cnf: { "x5t#S256": expect.any(String) },
    });
  });

  it("gives every token an identifier of its own", async () => {
    const one = await agent.requestToken();
    const other = await agent.requestToken();
    expect(decodeJwt(one.token).jti).not.toBe(decodeJwt(other.token).jti);
  });

  it("issues an opaque token on request", async () => {
    const { token } = await agent.requestToken({
      ...CLIENT_CREDENTIALS_FORM,
      token_format: "opaque",
    });
    expect(token).toMatch(/^[\w-]{43}$/);
  });

  it("[9068-4] makes the client the audience where no resource is named", async () => {
    const { resource: _, ...fields } = CLIENT_CREDENTIALS_FORM;
    const { token } = await agent.requestToken(fields);
    expect(decodeJwt(token).aud).toBe("mock-agent");
  });

  it.each(["", ":apptid:some-tenant"])("knows the gateway by its client id%s", async (suffix) => {
    const resource = `urn:sap:identity:application:provider:clientid:mock-agent-gateway${suffix}`;
    const { token } = await agent.requestToken({ ...CLIENT_CREDENTIALS_FORM, resource });
    expect(decodeJwt(token).aud).toBe("mock-agent-gateway");
  });

  it("[6749-11] tells the scope if it grants less than was asked for", async () => {
    const same = await agent.requestToken({ ...CLIENT_CREDENTIALS_FORM, scope: "write read" });
    expect(same.body).not.toHaveProperty("scope");
    expect(decodeJwt(same.token).scope).toBe("write read");
    const less = await agent.requestToken({ ...CLIENT_CREDENTIALS_FORM, scope: "read admin" });
    expect(less.body.scope).toBe("read");
    expect(decodeJwt(less.token).scope).toBe("read");
  });

  it("[8705-9] serves the alias for mTLS alike", async () => {
    const url = mock.tokenEndpoint.replace("/oauth2/", "/mtls/oauth2/");
    const body = new URLSearchParams(CLIENT_CREDENTIALS_FORM);
    const response = await agent.fetch(url, { method: "POST", body });
    expect(response.status).toBe(200);
  });
});

describe("token endpoint, bound tokens (RFC 8705 §3)", () => {
  it("[8705-7] puts the thumbprint of the certificate in the token", async () => {
    const { token } = await agent.requestToken();
    const der = Buffer.from(
      mock.clientCertificate.certificate.replace(/-----[^-]+-----|\s/g, ""),
      "base64",
    );
    expect(decodeJwt(token).cnf).toEqual({ "x5t#S256": certificateThumbprint(der) });
  });

  it("leaves it out where binding is switched off", async () => {
    await using unbound = await startMockSts({ certificateBoundTokens: false });
    await using client = new TestAgent(unbound);
    const { token } = await client.requestToken();
    expect(decodeJwt(token)).not.toHaveProperty("cnf");
  });

  it("[8705-13] refuses a bound client without a certificate, however it authenticates", async () => {
    const bound = { clientId: "bound", certificateBoundTokens: true } as const;
    await using strict = await startMockSts({ clients: [{ ...bound, authentication: "none" }] });
    await using client = new TestAgent(strict, null);
    const { status, body } = await client.requestToken({
      ...CLIENT_CREDENTIALS_FORM,
      client_id: "bound",
    });
    expect({ status, error: body.error }).toEqual({ status: 401, error: "invalid_client" });
  });
});

describe("token endpoint, jwt-bearer (RFC 7523 as IAS does it)", () => {
  it("issues an opaque token unless a JWT is asked for", async () => {
    const assertion = await mock.userToken({ sub: "alice" });
    const { token_format: _, ...fields } = jwtBearerForm(assertion);
    const opaque = await agent.requestToken(fields);
    expect(opaque.token).toMatch(/^[\w-]{43}$/);
    const jwt = await agent.requestToken(jwtBearerForm(assertion));
    expect(decodeJwt(jwt.token)).toMatchObject({
      sub: "alice",
      aud: "mock-agent-gateway",
      client_id: "mock-agent",
      sap_id_type: "user",
      user_uuid: "alice",
    });
  });

  it("[7523-7] adds an id token for the client and no refresh token", async () => {
    const { body } = await agent.requestToken(jwtBearerForm(await mock.userToken({ sub: "bob" })));
    expect(body).not.toHaveProperty("refresh_token");
    expect(decodeJwt(String(body.id_token))).toMatchObject({ sub: "bob", aud: "mock-agent" });
    expect(decodeProtectedHeader(String(body.id_token)).typ).toBe("JWT");
  });
});
