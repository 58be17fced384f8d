import { describe, expect, it } from "vitest";
import { clientSecretPost, tlsClientAuth } from "../client-authentication/client-authentication.ts";
import { privateKeyJwt } from "../client-authentication/private-key-jwt.ts";
import { createClientCertificate } from "../http/client-certificate.ts";
import type { TokenEndpointOptions } from "../options/token-endpoint-options.ts";
import { createTokenEndpoint } from "../request/token-endpoint.ts";
import {
  type Answerer,
  answerJson,
  answerToken,
  authority,
  CLIENT_CREDENTIALS,
  startTestServer,
  testEndpoint,
} from "../server.test-support.ts";

const pair = await authority.issue();
const certificate = createClientCertificate(pair);
const { key } = pair;
const PATH = "/any/place?realm=a";

/** A server whose metadata is at PATH, and a client that knows no more. */
async function knownByMetadata(
  more: (origin: string) => object = () => ({}),
  options: Partial<TokenEndpointOptions> = {},
) {
  const server = await startTestServer();
  const { origin, host } = new URL(server.url);
  const document = { issuer: origin, token_endpoint: server.url, ...more(origin) };
  server.answer = serving(answerJson(document));
  const metadataUrl = origin + PATH;
  const endpoint = testEndpoint(server, {
    tokenEndpoint: undefined as never,
    metadataUrl,
    ...options,
  });
  const ask = () => endpoint.request(CLIENT_CREDENTIALS);
  const paths = () => server.requests.map(({ path }) => path);
  return { server, origin, host, endpoint, ask, paths };
}

const serving =
  (metadata: Answerer): Answerer =>
  (response, request, count) =>
    (request.path === PATH ? metadata : answerToken())(response, request, count);

const refused = (reason: string | RegExp) => ({
  code: "ERR_TOKEN_METADATA",
  retryable: false,
  message: expect.stringMatching(reason),
});

describe("metadataUrl", () => {
  it("is fetched as given, once", async () => {
    const { ask, paths } = await knownByMetadata();
    await Promise.all([ask(), ask()]);
    expect(paths()).toEqual([PATH, "/token", "/token"]);
  });

  it.each([
    ["host and port", (host: string) => `${host}/token`],
    ["a relative scheme", (host: string) => `//${host}/token`],
  ])("lends its scheme to a token endpoint of %s", async (_, spelt) => {
    const { ask, paths } = await knownByMetadata((origin) => ({
      token_endpoint: spelt(new URL(origin).host),
    }));
    await ask();
    expect(paths()).toEqual([PATH, "/token"]);
  });

  it.each([
    ["none", undefined, /names no usable token endpoint/],
    ["a number", 7, /names no usable token endpoint/],
    ["an empty one", "", /names no usable token endpoint/],
    ["a path", "/token", /names no usable token endpoint/],
    ["one slash", "https:/token", /names no usable token endpoint|another origin/],
    ["a user", "https://user:sentinel@127.0.0.1/token", /names no usable token endpoint/],
    ["a fragment", "https://127.0.0.1/token#x", /names no usable token endpoint/],
    ["http:", "http://127.0.0.1/token", /is not an https: URL/],
    ["javascript:", "javascript:alert(1)", /is not an https: URL/],
    [
      "another origin",
      "https://evil.example/token",
      /at another origin, "https:\/\/evil\.example"; without the option "issuer", .* the origin of "metadataUrl" only$/,
    ],
    ["another origin without scheme", "evil.example/token", /at another origin/],
    ["a deceptive origin", "https://127.0.0.1:1@evil.example/", /no usable|another origin/],
  ])("with %s as token endpoint is refused", async (_, token_endpoint, reason) => {
    const { ask, paths } = await knownByMetadata(() => ({ token_endpoint }));
    await expect(ask()).rejects.toMatchObject(refused(reason));
    await expect(ask()).rejects.not.toThrow(/sentinel/);
    expect(paths()).not.toContain("/token");
  });

  it.each(["token_endpoint", "mtls_endpoint_aliases"])(
    "that names itself as the issuer elsewhere gets no credentials there: %s",
    async (member) => {
      const other = await startTestServer();
      const options =
        member === "token_endpoint"
          ? { clientAuthentication: clientSecretPost("sentinel-secret") }
          : { clientAuthentication: tlsClientAuth(certificate) };
      const elsewhere = { token_endpoint: other.url };
      const { ask } = await knownByMetadata(
        () => ({
          issuer: new URL(other.url).origin,
          ...(member === "token_endpoint" ? elsewhere : { [member]: elsewhere }),
        }),
        options,
      );
      await expect(ask()).rejects.toMatchObject(refused(/without the option "issuer"/));
      expect(other.connections).toBe(0);
    },
  );

  it("over https: may not send credentials on over http:", async () => {
    const { host, ask } = await knownByMetadata(
      (origin) => ({ token_endpoint: origin.replace("https:", "http:") }),
      { useIssuerHost: true, allowInsecureHosts: ["127.0.0.1"] },
    );
    await expect(ask()).rejects.toMatchObject(
      refused(new RegExp(`another origin, "http://${host}"`)),
    );
  });

  it.each([
    ["issuer", false],
    ["tokenEndpoint", true],
    ["https://as.example", true],
  ])("of an issuer elsewhere gets no assertion for it: audience %s", async (audience, isSent) => {
    const { ask, paths } = await knownByMetadata(() => ({ issuer: "https://bank.example" }), {
      clientAuthentication: privateKeyJwt({ key, audience }),
    });
    const answer = expect(ask());
    if (isSent) await answer.resolves.toBeDefined();
    else {
      await answer.rejects.toMatchObject(
        refused(/"issuer" is at another origin, "https:\/\/bank\.example".*the option "issuer"/),
      );
    }
    expect(paths()).toHaveLength(isSent ? 2 : 1);
  });

  it("with the issuer given may name a token endpoint anywhere", async () => {
    const other = await startTestServer();
    const issuer = "https://as.example/realm";
    const { ask } = await knownByMetadata(() => ({ issuer, token_endpoint: other.url }), {
      issuer,
    });
    await ask();
    expect(other.requests).toHaveLength(1);
  });

  it.each([
    ["a slash more", "https://as.example/", /write the option "issuer" exactly so/],
    ["another", "https://evil.example", /"https:\/\/evil\.example", not the one asked for/],
    ["none", undefined, /not metadata with an "issuer"; check the option "metadataUrl"/],
    ["a number", 7, /not metadata with an "issuer"/],
  ])("with the issuer given is refused if it names %s", async (_, issuer, reason) => {
    const { ask, paths } = await knownByMetadata(() => ({ issuer }), {
      issuer: "https://as.example",
    });
    await expect(ask()).rejects.toMatchObject(refused(reason));
    expect(paths()).toEqual([PATH]);
  });

  const page: Answerer = (response) => void response.end("<html>sentinel");
  it.each([
    ["HTML", page, /not metadata with an "issuer"/],
    ["an array", answerJson([]), /not metadata with an "issuer"/],
    ["nothing", answerJson(""), /not metadata with an "issuer"/],
    ["404", answerJson({}, 404), /answered 404; check the option "metadataUrl"/],
    [
      "a redirect",
      (response) => void response.writeHead(302, { location: "/elsewhere" }).end(),
      /answered 302/,
    ],
  ] as [string, Answerer, RegExp][])("that answers %s is refused", async (_, answer, reason) => {
    const { server, ask, paths } = await knownByMetadata();
    server.answer = serving(answer);
    await expect(ask()).rejects.toMatchObject(refused(reason));
    await expect(ask()).rejects.not.toThrow(/sentinel/);
    expect(new Set(paths())).toEqual(new Set([PATH]));
  });

  it.each([201, 204, 302, 400, 409, 428, 499])(
    "that answers %i is not retryable",
    async (status) => {
      const { server, ask } = await knownByMetadata();
      server.answer = (response) => void response.writeHead(status).end();
      await expect(ask()).rejects.toMatchObject({
        ...refused(new RegExp(`answered ${status}; check the option "metadataUrl"$`)),
        status,
        retryable: false,
      });
    },
  );

  it.each([408, 429, 500, 599])("that answers %i may be there later", async (status) => {
    const { server, ask } = await knownByMetadata();
    server.answer = answerJson({}, status);
    await expect(ask()).rejects.toMatchObject({
      code: "ERR_TOKEN_HTTP",
      status,
      retryable: true,
      message: expect.stringMatching(new RegExp(`answered ${status}; try again later$`)),
    });
  });

  it("of a server that fails is asked for again", async () => {
    const { server, ask, paths } = await knownByMetadata();
    server.answer = answerJson({}, 503);
    await expect(ask()).rejects.toMatchObject({ code: "ERR_TOKEN_HTTP", retryable: true });
    expect(paths()).toEqual([PATH, PATH, PATH]);
  });

  it("names the endpoint of clients with a certificate, by the same rule", async () => {
    const options = { clientAuthentication: tlsClientAuth(certificate) };
    const here = await knownByMetadata(
      (origin) => ({ mtls_endpoint_aliases: { token_endpoint: `${origin}/mtls` } }),
      options,
    );
    await here.ask();
    expect(here.paths()).toEqual([PATH, "/mtls"]);
    const there = await knownByMetadata(
      () => ({ mtls_endpoint_aliases: { token_endpoint: "https://evil.example/mtls" } }),
      options,
    );
    await expect(there.ask()).rejects.toMatchObject(refused(/another origin/));
  });
});

describe("useIssuerHost", () => {
  it.each([
    "https://inside.example:8443/token",
    "https://inside.example/token",
    "inside.example:8443/token",
  ])("asks for %s at the host and port of the metadata", async (token_endpoint) => {
    const { ask, paths } = await knownByMetadata(
      () => ({ issuer: "https://inside.example", token_endpoint }),
      { useIssuerHost: true },
    );
    await ask();
    expect(paths()).toEqual([PATH, "/token"]);
  });

  it("keeps the scheme: http: is refused also there", async () => {
    const { ask } = await knownByMetadata(
      () => ({ token_endpoint: "http://inside.example/token" }),
      { useIssuerHost: true },
    );
    await expect(ask()).rejects.toMatchObject(refused(/is not an https: URL/));
  });

  it.each([
    [{ metadataUrl: "https://as.example/m", useIssuerHost: "yes" }, /"useIssuerHost"/],
    [{ tokenEndpoint: "https://as.example", useIssuerHost: true }, /needs .*"metadataUrl"/],
    [{ issuer: "https://as.example", useIssuerHost: true }, /needs .*"metadataUrl"/],
    [{ tokenEndpoint: "https://as.example", metadataUrl: "https://as.example/m" }, /exactly one/],
    [{ metadataUrl: "as.example" }, /"metadataUrl" must be an absolute URL/],
    [{ metadataUrl: "http://as.example/m" }, /"metadataUrl" must be https/],
    [{ metadataUrl: "https://as.example/m", issuer: "no-url" }, /"issuer" must be an absolute/],
  ])("and metadataUrl are checked: %j", (options, message) => {
    const client = {
      clientId: "a",
      clientAuthentication: tlsClientAuth(certificate),
    };
    const create = () => createTokenEndpoint({ ...client, ...options } as TokenEndpointOptions);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
  });

  it("is part of the identity, as metadataUrl and issuer are", () => {
    const metadataUrl = "https://as.example/m";
    const identities = [
      { metadataUrl },
      { metadataUrl: `${metadataUrl}2` },
      { metadataUrl, issuer: "https://as.example" },
      { metadataUrl, useIssuerHost: true },
      { issuer: metadataUrl },
      { tokenEndpoint: metadataUrl },
    ].map(
      (options) =>
        testEndpoint({ url: "" }, { tokenEndpoint: undefined as never, ...options }).identity,
    );
    expect(new Set(identities).size).toBe(6);
  });
});
