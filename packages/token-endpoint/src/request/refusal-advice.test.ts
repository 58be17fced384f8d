import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  type ClientAuthentication,
  clientSecretBasic,
  clientSecretPost,
  noClientAuthentication,
  tlsClientAuth,
} from "../client-authentication/client-authentication.ts";
import { privateKeyJwt } from "../client-authentication/private-key-jwt.ts";
import { createClientCertificate } from "../http/client-certificate.ts";
import {
  answerJson,
  authority,
  CLIENT_CREDENTIALS,
  startTestServer,
  testEndpoint,
} from "../server.test-support.ts";
import { type RefusedRequest, refusalAdvice } from "./refusal-advice.ts";

const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const TYPE = "urn:ietf:params:oauth:token-type:";
const SECRET = "sentinel secret/+%";

function advice(
  code: string,
  form: Readonly<Record<string, string>>,
  more: Partial<RefusedRequest> = {},
) {
  return refusalAdvice(code, {
    form: Object.entries(form),
    clientId: "agent",
    clientAuthentication: noClientAuthentication(),
    server: { grantTypes: undefined },
    ...more,
  });
}

describe("refusalAdvice", () => {
  it.each(["invalid_request", "invalid_grant", "access_denied"])(
    "of an exchange, %s, is about its tokens",
    (code) => {
      const exchange = { grant_type: EXCHANGE, subject_token_type: `${TYPE}jwt` };
      const jwt = { ...exchange, subject_token: "e30.e30.c2ln" };
      expect(advice(code, jwt)).toBe(
        `check that the subject token is not expired and meant for this client, and that the server takes "subjectTokenType" (the subject's is "${TYPE}jwt")`,
      );
      expect(advice(code, { ...jwt, actor_token: "a" })).toMatch(
        /the subject token and the actor token are not expired.*and the actor's type/,
      );
      const opaque = { ...exchange, subject_token: "opaque-sentinel" };
      expect(advice(code, opaque)).toBe(
        `the subject token is not a JWT, but is sent as one: give "subjectTokenType", such as ${TYPE}access_token`,
      );
      const encrypted = { ...exchange, subject_token: "e30.a2V5.aXY.dGV4dA.dGFn" };
      expect(advice(code, encrypted)).toMatch(/^check that the subject token is not expired/);
      const agreed = { ...exchange, subject_token: "e30..aXY.dGV4dA.dGFn" };
      expect(advice(code, agreed)).toMatch(/^check that the subject token is not expired/);
      const declared = { ...opaque, subject_token_type: `${TYPE}access_token` };
      expect(advice(code, declared)).toMatch(/check that the subject token is not expired/);
    },
  );

  it.each([
    [
      "invalid_grant",
      { grant_type: JWT_BEARER, assertion: "a.b.c" },
      /^the assertion may be expired/,
    ],
    ["invalid_request", { grant_type: JWT_BEARER, assertion: "a.b.c" }, /^the assertion may be/],
    [
      "invalid_grant",
      { grant_type: JWT_BEARER, assertion: "opaque" },
      /token is not a JWT, but this/,
    ],
    [
      "invalid_request",
      { grant_type: JWT_BEARER, assertion: "a.b" },
      /token is not a JWT, but this/,
    ],
    ["invalid_grant", { grant_type: "refresh_token" }, /^what was sent may be expired/],
    ["invalid_grant", { grant_type: "client_credentials" }, /^have the server allow/],
    ["unauthorized_client", { grant_type: "client_credentials" }, /^have the server allow/],
    ["unsupported_grant_type", { grant_type: EXCHANGE }, /^the server does not know this grant$/],
    ["invalid_scope", { grant_type: EXCHANGE }, /^ask for scope/],
    ["invalid_target", { grant_type: EXCHANGE }, /^ask for a resource or audience/],
  ])("of %s, %j, is %s", (code, form, expected) => {
    expect(advice(code, form)).toMatch(expected);
  });

  it.each([
    ["invalid_request", { grant_type: JWT_BEARER }],
    ["server_error", { grant_type: EXCHANGE }],
    ["vendor_code", {}],
  ])("of %s, %j, is none", (code, form) => {
    expect(advice(code, form)).toBeUndefined();
  });

  it.each([
    ["unsupported_grant_type", ["client_credentials"], true],
    ["invalid_request", ["client_credentials"], true],
    ["access_denied", [], true],
    ["invalid_scope", ["client_credentials"], false],
    ["invalid_client", ["client_credentials"], false],
    ["unsupported_grant_type", ["client_credentials", EXCHANGE], false],
    ["unsupported_grant_type", undefined, false],
  ])("says whether the metadata lists the grant: %s, %j, %s", (code, grantTypes, isSaid) => {
    const said = advice(code, { grant_type: EXCHANGE }, { server: { grantTypes } });
    expect(said?.includes(`does not list the grant ${EXCHANGE}`) ?? false).toBe(isSaid);
  });

  it("of a client without an identifier asks for one", () => {
    expect(advice("invalid_client", {}, { clientId: undefined })).toMatch(/^give "clientId";/);
  });
});

const certificate = async (usage: "client" | "server") =>
  tlsClientAuth(createClientCertificate(await authority.issue({ usage })));

const forClients = await certificate("client");
const forServers = await certificate("server");

describe("a refused client hears", () => {
  const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
    format: "jwk",
  });
  it.each<[string, ClientAuthentication, string, RegExp]>([
    [
      "nothing",
      noClientAuthentication(),
      "agent",
      /check "clientId"; the server may want.*certificate$/,
    ],
    [
      "a secret in the form",
      clientSecretPost(SECRET),
      "agent",
      /secret; some servers.*clientSecretBasic$/,
    ],
    [
      "a plain secret by Basic",
      clientSecretBasic("abc-123"),
      "agent",
      /check "clientId" and the secret$/,
    ],
    [
      "a secret by Basic",
      clientSecretBasic(SECRET),
      "agent",
      /are encoded .*: try clientSecretPost$/,
    ],
    [
      "an identifier by Basic",
      clientSecretBasic("abc"),
      "urn:agent",
      /are encoded .*: try clientSecretPost$/,
    ],
    [
      "a key",
      privateKeyJwt({ key }),
      "agent",
      /public half, and the option "audience", which is "issuer": servers/,
    ],
    [
      "a named key",
      privateKeyJwt({ key, keyId: "k", audience: "x" }),
      "agent",
      /under "keyId", and .* which is "x"/,
    ],
    [
      "a certificate",
      forClients,
      "agent",
      /this certificate.*mtls_endpoint_aliases\) take it only there$/,
    ],
    ["one for servers", forServers, "agent", /not made for clients.* lacks clientAuth$/],
  ])("what is special about %s", async (_, clientAuthentication, clientId, message) => {
    const server = await startTestServer(answerJson({ error: "invalid_client" }, 401));
    const endpoint = testEndpoint(server, { clientAuthentication, clientId });
    const error: unknown = await endpoint.request(CLIENT_CREDENTIALS).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError: "invalid_client" });
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain("sentinel");
  });
});
