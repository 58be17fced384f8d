import { createFakeClock } from "@agent-oauth/core/testing";
import { describe, expect, it } from "vitest";
import { tlsClientAuth } from "../client-authentication/client-authentication.ts";
import { createClientCertificate } from "../http/client-certificate.ts";
import {
  type Answerer,
  answerJson,
  answerToken,
  authority,
  CLIENT_CREDENTIALS,
  startPlainServer,
  startTestServer,
  type TestServer,
  testEndpoint,
} from "../server.test-support.ts";

const OAUTH = "/.well-known/oauth-authorization-server";
const OIDC = "/.well-known/openid-configuration";

/** Serves documents by path, tokens at /token, and 404 elsewhere. */
function serving(documents: Record<string, unknown>): Answerer {
  return (response, request, count) => {
    const document = documents[request.path];
    if (request.path.endsWith("/token")) return answerToken()(response, request, count);
    if (typeof document === "function") return document(response, request, count);
    return answerJson(document ?? "", document === undefined ? 404 : 200)(response, request, count);
  };
}

const originOf = ({ url }: TestServer) => new URL(url).origin;
const pathsOf = ({ requests }: TestServer) => requests.map(({ path }) => path);
const metadata = (server: TestServer, more: object = {}) => ({
  issuer: originOf(server),
  token_endpoint: server.url,
  ...more,
});

describe("an issuer's metadata", () => {
  it.each([
    ["", OAUTH, [OAUTH]],
    ["", OIDC, [OAUTH, OIDC]],
    ["/tenant", `${OAUTH}/tenant`, [`${OAUTH}/tenant`]],
    ["/tenant", `${OIDC}/tenant`, [`${OAUTH}/tenant`, `${OIDC}/tenant`]],
    ["/tenant", `/tenant${OIDC}`, [`${OAUTH}/tenant`, `${OIDC}/tenant`, `/tenant${OIDC}`]],
  ])("of %j is found at %s", async (path, place, asked) => {
    const server = await startTestServer();
    const issuer = originOf(server) + path;
    server.answer = serving({ [place]: metadata(server, { issuer }) });
    const answer = await testEndpoint(server, { issuer }).request(CLIENT_CREDENTIALS);
    expect(answer.token).toBe(`token-${asked.length + 1}`);
    expect(pathsOf(server)).toEqual([...asked, "/token"]);
  });

  it("is passed over where it is no JSON", async () => {
    const server = await startTestServer();
    const page: Answerer = (response) => void response.end("<html>");
    server.answer = serving({ [OAUTH]: page, [OIDC]: metadata(server) });
    const endpoint = testEndpoint(server, { issuer: originOf(server) });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).resolves.toBeDefined();
  });

  it("is passed over where it names no usable token endpoint and a later one does", async () => {
    const server = await startTestServer();
    const without = metadata(server, { token_endpoint: undefined });
    server.answer = serving({ [OAUTH]: without, [OIDC]: metadata(server) });
    const endpoint = testEndpoint(server, { issuer: originOf(server) });
    await endpoint.request(CLIENT_CREDENTIALS);
    expect(pathsOf(server)).toEqual([OAUTH, OIDC, "/token"]);
  });

  it("is read again after it named no usable endpoint", async () => {
    const server = await startTestServer();
    server.answer = serving({ [OAUTH]: metadata(server, { token_endpoint: "/token" }) });
    const endpoint = testEndpoint(server, { issuer: originOf(server) });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).rejects.toThrow(/no usable token endpoint/);
    server.answer = serving({ [OAUTH]: metadata(server) });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).resolves.toBeDefined();
  });

  it.each([
    ["a slash more", (issuer: string) => `${issuer}/`],
    ["other case", (issuer: string) => issuer.replace("https", "HTTPS")],
    ["another host", () => "https://evil.example"],
    ["no issuer", () => undefined],
  ])("with %s is refused", async (_, spelt) => {
    const server = await startTestServer();
    const issuer = spelt(originOf(server));
    server.answer = serving({ [OAUTH]: metadata(server, { issuer }) });
    const endpoint = testEndpoint(server, { issuer: originOf(server) });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).rejects.toMatchObject({
      code: "ERR_TOKEN_METADATA",
      status: 200,
      retryable: false,
    });
    expect(pathsOf(server)).not.toContain("/token");
  });

  it("spelt otherwise says how to write the option", async () => {
    const server = await startTestServer();
    server.answer = serving({ [OAUTH]: metadata(server) });
    const endpoint = testEndpoint(server, { issuer: `${originOf(server)}/` });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).rejects.toThrow(
      `its "issuer" is "${originOf(server)}"; write the option "issuer" exactly so`,
    );
  });

  it.each([
    ["no token endpoint", { token_endpoint: undefined }, /names no usable token endpoint/],
    ["a number", { token_endpoint: 5 }, /names no usable token endpoint/],
    ["a relative URL", { token_endpoint: "/token" }, /names no usable token endpoint/],
    ["a password", { token_endpoint: "https://u:p@as.example/token" }, /no usable token endpoint/],
    ["http:", { token_endpoint: "http://as.example/token" }, /is not an https: URL/],
    ["javascript:", { token_endpoint: "javascript:alert(1)" }, /is not an https: URL/],
  ])("that names %s is refused", async (_, more, message) => {
    const server = await startTestServer();
    server.answer = serving({ [OAUTH]: metadata(server, more) });
    const endpoint = testEndpoint(server, { issuer: originOf(server) });
    const failure = endpoint.request(CLIENT_CREDENTIALS);
    await expect(failure).rejects.toMatchObject({ code: "ERR_TOKEN_METADATA" });
    await expect(failure).rejects.toThrow(message);
  });

  it("that is nowhere says where it was looked for first", async () => {
    const server = await startTestServer(serving({}));
    const endpoint = testEndpoint(server, { issuer: originOf(server) });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).rejects.toThrow(
      `${originOf(server)}${OAUTH}: the server answered 404; check the option "issuer"`,
    );
  });

  it("longer than maxResponseBytes is not read", async () => {
    const server = await startTestServer();
    server.answer = serving({ [OAUTH]: metadata(server, { x: "x".repeat(999) }) });
    const endpoint = testEndpoint(server, { issuer: originOf(server), maxResponseBytes: 900 });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).rejects.toMatchObject({
      code: "ERR_TOKEN_METADATA",
    });
  });

  it("is not looked for behind a redirect", async () => {
    const server = await startTestServer();
    const failing: Answerer = (response) =>
      void response.writeHead(302, { location: `/moved${OAUTH}` }).end();
    server.answer = serving({ [OAUTH]: failing, [OIDC]: metadata(server) });
    await testEndpoint(server, { issuer: originOf(server) }).request(CLIENT_CREDENTIALS);
    expect(pathsOf(server)).toEqual([OAUTH, OIDC, "/token"]);
  });

  it("is read once for all who ask, and again after an hour", async () => {
    const clock = createFakeClock();
    const server = await startTestServer();
    server.answer = serving({ [OAUTH]: metadata(server) });
    const endpoint = testEndpoint(server, { issuer: originOf(server), clock });
    const request = () => endpoint.request(CLIENT_CREDENTIALS);
    const reads = () => pathsOf(server).filter((path) => path === OAUTH).length;
    await Promise.all([request(), request(), request()]);
    clock.advance(3_599_999);
    await request();
    expect(reads()).toBe(1);
    clock.advance(1);
    await request();
    expect(reads()).toBe(2);
  });

  it("is asked for again after a failure", async () => {
    const server = await startTestServer(serving({}));
    const endpoint = testEndpoint(server, { issuer: originOf(server) });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).rejects.toThrow();
    server.answer = serving({ [OAUTH]: metadata(server) });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).resolves.toBeDefined();
  });

  it("is still read for others when one caller gives up", async () => {
    const asked = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const server = await startTestServer();
    const slow: Answerer = async (response, request, count) => {
      asked.resolve();
      await finish.promise;
      answerJson(metadata(server))(response, request, count);
    };
    server.answer = serving({ [OAUTH]: slow });
    const endpoint = testEndpoint(server, { issuer: originOf(server) });
    const controller = new AbortController();
    const impatient = endpoint.request(CLIENT_CREDENTIALS, { signal: controller.signal });
    const patient = endpoint.request(CLIENT_CREDENTIALS);
    await asked.promise;
    controller.abort("enough");
    await expect(impatient).rejects.toBe("enough");
    finish.resolve();
    await expect(patient).resolves.toBeDefined();
    expect(pathsOf(server)).toEqual([OAUTH, "/token"]);
  });
});

describe("mtls_endpoint_aliases", () => {
  it.each([true, false])("name the endpoint of clients with a certificate (%s)", async (mtls) => {
    const [plain, alias] = [await startTestServer(), await startTestServer()];
    plain.answer = serving({
      [OAUTH]: metadata(plain, { mtls_endpoint_aliases: { token_endpoint: alias.url } }),
    });
    const certificate = createClientCertificate(await authority.issue());
    const endpoint = testEndpoint(plain, {
      issuer: originOf(plain),
      ...(mtls && { clientAuthentication: tlsClientAuth(certificate) }),
    });
    await endpoint.request(CLIENT_CREDENTIALS);
    expect(pathsOf(mtls ? alias : plain)).toContain("/token");
    expect(pathsOf(mtls ? plain : alias)).not.toContain("/token");
  });

  it.each([{}, "odd", null, { token_endpoint: "/relative" }])(
    "of %j break nothing",
    async (aliases) => {
      const server = await startTestServer();
      server.answer = serving({ [OAUTH]: metadata(server, { mtls_endpoint_aliases: aliases }) });
      const certificate = createClientCertificate(await authority.issue());
      const endpoint = testEndpoint(server, {
        issuer: originOf(server),
        clientAuthentication: tlsClientAuth(certificate),
      });
      const failed = await endpoint.request(CLIENT_CREDENTIALS).then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
      const unusable = JSON.stringify(aliases).includes("relative");
      expect(failed).toBe(unusable ? "ERR_TOKEN_METADATA" : undefined);
    },
  );

  it("that would present no certificate, for want of TLS, are refused", async () => {
    const [server, insecure] = [await startTestServer(), await startPlainServer()];
    server.answer = serving({ [OAUTH]: metadata(server, { token_endpoint: insecure.url }) });
    const certificate = createClientCertificate(await authority.issue());
    const options = { issuer: originOf(server), allowInsecureHosts: ["127.0.0.1"] };
    await testEndpoint(server, options).request(CLIENT_CREDENTIALS);
    const endpoint = testEndpoint(server, {
      ...options,
      clientAuthentication: tlsClientAuth(certificate),
    });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).rejects.toThrow(/is not an https: URL/);
    expect(insecure.requests).toHaveLength(1);
  });
});
