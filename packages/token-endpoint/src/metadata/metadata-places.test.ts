import { TokenError } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { privateKeyJwt } from "../client-authentication/private-key-jwt.ts";
import {
  type Answerer,
  answerJson,
  answerToken,
  authority,
  CLIENT_CREDENTIALS,
  startTestServer,
  testEndpoint,
} from "../server.test-support.ts";

const { key } = await authority.issue();
const OAUTH = "/.well-known/oauth-authorization-server";
const OIDC = "/.well-known/openid-configuration";

const status =
  (code: number): Answerer =>
  (response) =>
    void response.writeHead(code).end();
const hang: Answerer = () => {};
const cut: Answerer = ({ socket }) => void socket?.destroy();
const page: Answerer = (response) => void response.end("<html>");

/** A server at whose OpenID Connect place the metadata is, or `oidc` answers, and `oauth` at that of RFC 8414. */
async function serverWith(oauth: Answerer, oidc?: Answerer) {
  // Without a request for a certificate a broken connection is nothing but that.
  const server = await startTestServer(undefined, { requestCert: false });
  const issuer = new URL(server.url).origin;
  const document = answerJson({ issuer, token_endpoint: server.url });
  server.answer = (...call) => {
    const { path } = call[1];
    if (path === OAUTH) return oauth(...call);
    return path === OIDC ? (oidc ?? document)(...call) : answerToken()(...call);
  };
  return { server, issuer, paths: () => server.requests.map(({ path }) => path) };
}

async function failure(call: Promise<unknown>): Promise<TokenError> {
  const error: unknown = await call.catch((reason: unknown) => reason);
  if (!TokenError.isInstance(error)) throw new Error("expected a TokenError", { cause: error });
  return error;
}

describe("a place without metadata is passed over", () => {
  it.each<[string, Answerer]>([
    ["400", status(400)],
    ["401", status(401)],
    ["404", status(404)],
    ["408", status(408)],
    ["429", status(429)],
    ["500", status(500)],
    ["503", status(503)],
    ["302", status(302)],
    ["204", status(204)],
    ["HTML", page],
    ["JSON of another kind", answerJson([])],
    ["another issuer's", answerJson({ issuer: "https://other.example", token_endpoint: "x" })],
    ["nothing, and is cut", cut],
  ])("if it has %s", async (_, oauth) => {
    const { server, issuer, paths } = await serverWith(oauth);
    const endpoint = testEndpoint(server, { issuer });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).resolves.toBeDefined();
    expect(paths()).toEqual([OAUTH, OIDC, "/token"]);
    expect(endpoint.waits).toEqual([]);
  });

  it("if it never answers, within its share of the time", async () => {
    const { server, issuer, paths } = await serverWith(hang);
    const endpoint = testEndpoint(server, { issuer, timeoutMs: 500 });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).resolves.toBeDefined();
    expect(paths()).toEqual([OAUTH, OIDC, "/token"]);
  });
});

describe("if no place has metadata, what is told", () => {
  it.each<[string, Answerer, Answerer, object, number]>([
    ["404s", status(404), status(404), { code: "ERR_TOKEN_METADATA", retryable: false }, 1],
    ["503, then 404", status(503), status(404), { code: "ERR_TOKEN_HTTP", status: 503 }, 3],
    ["404, then 503", status(404), status(503), { code: "ERR_TOKEN_HTTP", status: 503 }, 3],
    ["503, then a cut", status(503), cut, { code: "ERR_TOKEN_HTTP", retryable: true }, 3],
    ["503, then HTML", status(503), page, { code: "ERR_TOKEN_METADATA", retryable: false }, 1],
  ])("is the reason that passes: %s", async (_, oauth, oidc, expected, rounds) => {
    const { server, issuer, paths } = await serverWith(oauth, oidc);
    const error = await failure(testEndpoint(server, { issuer }).request(CLIENT_CREDENTIALS));
    expect(error).toMatchObject(expected);
    expect(paths()).toEqual(Array.from({ length: rounds }, () => [OAUTH, OIDC]).flat());
  });

  it("is a connection that could not be made, at the first place", async () => {
    const endpoint = testEndpoint({ url: "" }, { issuer: "https://127.0.0.1:2" });
    const error = await failure(endpoint.request(CLIENT_CREDENTIALS));
    expect(error).toMatchObject({ code: "ERR_TOKEN_NETWORK", retryable: true });
    expect(error.message).toMatch(OAUTH);
    expect(endpoint.waits).toHaveLength(2);
  });
});

describe("what is no issuer", () => {
  it.each([
    ["issuer", "https://as.example/{tenantid}/v2.0", /"issuer" is a template/],
    [
      "tokenEndpoint",
      new URL("https://as.example/{tenant}/token"),
      /"tokenEndpoint" is a template/,
    ],
    ["metadataUrl", "https://as.example/{id}/metadata", /"metadataUrl" is a template/],
    ["issuer", `https://as.example${OIDC}`, /"issuer" is the URL of metadata.*"metadataUrl"$/],
    ["issuer", `https://as.example${OAUTH}/tenant`, /"issuer" is the URL of .*"metadataUrl"$/],
    ["tokenEndpoint", `https://as.example${OIDC}`, /"tokenEndpoint" is the URL .*"metadataUrl"$/],
  ])("is refused as %s: %s", (option, value, message) => {
    const given: object = { tokenEndpoint: undefined, [option]: value };
    expect(() => testEndpoint({ url: "" }, { issuer: undefined as never, ...given })).toThrow(
      message,
    );
  });

  it.each([
    ["/tenant/", "/tenant"],
    ["/tenant", "/tenant/"],
    ["/", ""],
  ])("%s for %s says how to write it", async (given, named) => {
    const server = await startTestServer();
    const { origin } = new URL(server.url);
    const issuer = `${origin}${named}`;
    server.answer = answerJson({ issuer, token_endpoint: server.url });
    const endpoint = testEndpoint(server, { issuer: `${origin}${given}` });
    const error = await failure(endpoint.request(CLIENT_CREDENTIALS));
    expect(error.message).toMatch(
      `its "issuer" is "${issuer}"; write the option "issuer" exactly so`,
    );
  });

  it("is a template in metadata, asked for by its issuer", async () => {
    const server = await startTestServer();
    const { origin } = new URL(server.url);
    server.answer = answerJson({ issuer: `${origin}/{tenantid}`, token_endpoint: server.url });
    const endpoint = testEndpoint(server, { issuer: `${origin}/common` });
    const error = await failure(endpoint.request(CLIENT_CREDENTIALS));
    expect(error.message).toMatch(/not the one asked for; it is a template: ask for the metadata/);
  });

  it.each([
    ["issuer", false],
    ["tokenEndpoint", true],
  ])("is a template in metadata for an assertion addressed to the %s", async (audience, isGood) => {
    const server = await startTestServer();
    const { origin } = new URL(server.url);
    const document = answerJson({ issuer: `${origin}/{tenantid}`, token_endpoint: server.url });
    server.answer = (...call) => (call[1].path === "/metadata" ? document : answerToken())(...call);
    const endpoint = testEndpoint(server, {
      tokenEndpoint: undefined as never,
      metadataUrl: `${origin}/metadata`,
      clientAuthentication: privateKeyJwt({ key, audience }),
    });
    const call = endpoint.request(CLIENT_CREDENTIALS);
    if (isGood) return expect(await call).toBeDefined();
    const error = await failure(call);
    expect(error).toMatchObject({ code: "ERR_TOKEN_METADATA" });
    expect(error.message).toMatch(/\{tenantid\}", is a template .* another "audience"$/);
    expect(server.requests).toHaveLength(1);
  });
});
