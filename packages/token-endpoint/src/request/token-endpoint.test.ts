import { inspect } from "node:util";
import { INSECURE_HOST_CASES } from "@agent-oauth/test-support/insecure-hosts";
import { Agent } from "undici";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  clientSecretBasic,
  clientSecretPost,
  noClientAuthentication,
  tlsClientAuth,
} from "../client-authentication/client-authentication.ts";
import { createClientCertificate } from "../http/client-certificate.ts";
import type { DispatcherTls } from "../http/dispatcher-tls.ts";
import type { TokenEndpointOptions } from "../options/token-endpoint-options.ts";
import {
  answerJson,
  answerToken,
  authority,
  CLIENT_CREDENTIALS,
  startPlainServer,
  startTestServer,
  testEndpoint,
} from "../server.test-support.ts";
import { createTokenEndpoint } from "./token-endpoint.ts";

const SECRET = "sentinel-secret";
const URL_OF_AS = "https://as.example/token";
const valid: TokenEndpointOptions = {
  tokenEndpoint: URL_OF_AS,
  clientId: "agent",
  clientAuthentication: clientSecretPost(SECRET),
};

describe("createTokenEndpoint", () => {
  it.each([
    [{ tokenEndpoint: undefined }, TypeError, /exactly one of "tokenEndpoint" and "issuer"/],
    [{ issuer: "https://as.example" }, TypeError, /exactly one of "tokenEndpoint" and "issuer"/],
    [{ tokenEndpoint: "as.example/token" }, TypeError, /"tokenEndpoint" must be an absolute URL/],
    [{ tokenEndpoint: "" }, TypeError, /"tokenEndpoint" must be an absolute URL/],
    [
      { tokenEndpoint: "http://as.example/token" },
      TypeError,
      /"tokenEndpoint" must be https, or "allowInsecureHosts" must name "as.example"/,
    ],
    [{ tokenEndpoint: "http://localhost:1/token" }, TypeError, /must name "localhost:1"/],
    [{ tokenEndpoint: "ftp://as.example/token" }, TypeError, /"tokenEndpoint" must be https/],
    [
      { tokenEndpoint: "https://u:p@as.example" },
      TypeError,
      /must not hold a user name or password/,
    ],
    [{ tokenEndpoint: `${URL_OF_AS}#x` }, TypeError, /must not have a fragment/],
    [
      { tokenEndpoint: undefined, issuer: "https://as.example/?x" },
      TypeError,
      /"issuer" must not have a query/,
    ],
    [
      { tokenEndpoint: undefined, issuer: "http://as.example" },
      TypeError,
      /"issuer" must be https/,
    ],
    [{ clientId: " " }, TypeError, /"clientId" must be a string that is not blank/],
    [{ clientId: undefined }, TypeError, /"clientId"/],
    [{ clientAuthentication: undefined }, TypeError, /"clientAuthentication" must be made by/],
    [{ clientAuthentication: SECRET }, TypeError, /"clientAuthentication" must be made by/],
    [{ ca: "/etc/ca.pem" }, TypeError, /"ca" must be PEM certificates, as text/],
    [{ ca: [authority.certificate, ""] }, TypeError, /"ca" must be PEM certificates/],
    [{ allowInsecureHosts: "localhost" }, TypeError, /"allowInsecureHosts" must be a list/],
    [{ allowInsecureHosts: ["http://localhost"] }, TypeError, /as "host" or "host:port"/],
    [{ allowInsecureHosts: ["localhost/"] }, TypeError, /as "host" or "host:port"/],
    [{ allowInsecureHosts: [""] }, TypeError, /as "host" or "host:port"/],
    [{ timeoutMs: "1" }, TypeError, /"timeoutMs" must be a number, not a string/],
    [{ timeoutMs: 0 }, RangeError, /"timeoutMs" must be a number from 1 to 2147483647, not 0/],
    [{ timeoutMs: Number.POSITIVE_INFINITY }, RangeError, /"timeoutMs".*not Infinity/],
    [{ connectTimeoutMs: -1 }, RangeError, /"connectTimeoutMs".*not -1/],
    [{ connectTimeoutMs: 2 ** 31 }, RangeError, /"connectTimeoutMs"/],
    [{ maxResponseBytes: Number.NaN }, RangeError, /"maxResponseBytes".*not NaN/],
    [{ dispatcher: new Agent() }, TypeError, /"dispatcher" must be a function/],
    [{ onEvent: {} }, TypeError, /"onEvent" must be a function/],
    [{ random: 1 }, TypeError, /"random" must be a function/],
    [{ sleep: 1 }, TypeError, /"sleep" must be a function/],
  ] as [object, ErrorConstructor, RegExp][])("refuses %o", (wrong, type, message) => {
    const create = () => createTokenEndpoint({ ...valid, ...wrong });
    expect(create).toThrow(type);
    expect(create).toThrow(message);
    expect(create).not.toThrow(SECRET);
  });

  it("refuses to present a certificate without TLS", async () => {
    const certificate = createClientCertificate(await authority.issue());
    const options = {
      clientId: "agent",
      tokenEndpoint: "http://localhost/token",
      allowInsecureHosts: ["localhost"],
    };
    expect(() =>
      createTokenEndpoint({ ...options, clientAuthentication: tlsClientAuth(certificate) }),
    ).toThrow(/http: presents no client certificate/);
    expect(() =>
      createTokenEndpoint({ ...options, clientAuthentication: noClientAuthentication() }),
    ).not.toThrow();
  });

  const REASONS = {
    insecure: /must be https/,
    credentials: /must not hold a user name or password/,
    invalid: /must be an absolute URL/,
  };
  it.each(
    (["tokenEndpoint", "issuer", "metadataUrl"] as const).flatMap((option) =>
      INSECURE_HOST_CASES.map((row) => [option, ...row] as const),
    ),
  )("takes as %s the URL %j with allowInsecureHosts %j: %s", (option, url, hosts, verdict) => {
    const { tokenEndpoint: _, ...others } = valid;
    const create = () =>
      createTokenEndpoint({ ...others, [option]: url, allowInsecureHosts: hosts });
    if (verdict === "allowed") expect(create).not.toThrow();
    else expect(create).toThrow(REASONS[verdict]);
  });

  it("asks a host that is allowed over http:", async () => {
    const server = await startPlainServer();
    const endpoint = testEndpoint(server, { allowInsecureHosts: [`127.0.0.1:${server.port}`] });
    expect((await endpoint.request(CLIENT_CREDENTIALS)).token).toBe("token-1");
  });

  it("shows no secret", () => {
    const endpoint = createTokenEndpoint(valid);
    expect(inspect(endpoint, { depth: null, showHidden: true })).not.toContain(SECRET);
    expect(endpoint.identity).not.toContain(SECRET);
  });
});

describe("TokenEndpoint.identity", () => {
  it("differs by all that changes the answers, and by nothing else", async () => {
    const certificates = [await authority.issue(), await authority.issue()].map((pair) =>
      tlsClientAuth(createClientCertificate(pair)),
    );
    const variants: Partial<TokenEndpointOptions>[] = [
      {},
      { tokenEndpoint: `${URL_OF_AS}2` },
      { tokenEndpoint: undefined as never, issuer: URL_OF_AS },
      { clientId: "other" },
      { clientAuthentication: clientSecretPost("other") },
      { clientAuthentication: clientSecretBasic(SECRET) },
      { clientAuthentication: noClientAuthentication() },
      ...certificates.map((clientAuthentication) => ({ clientAuthentication })),
    ];
    const identities = variants.map((more) => createTokenEndpoint({ ...valid, ...more }).identity);
    expect(new Set(identities).size).toBe(variants.length);
    const same = { clientAuthentication: clientSecretPost(SECRET), timeoutMs: 5 };
    expect(createTokenEndpoint({ ...valid, ...same }).identity).toBe(identities[0]);
  });
});

describe("TokenEndpoint.request", () => {
  it("sends a form by POST, with nothing in the URL", async () => {
    const server = await startTestServer();
    const parameters = {
      resource: ["urn:a:b", "https://b.example/x?y=z"],
      audience: ["one"],
      scope: undefined,
      extra: "ä &=+",
      empty: [],
    };
    await testEndpoint(server).request({ ...CLIENT_CREDENTIALS, parameters });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: "POST", path: "/token" });
    expect(request?.headers["content-type"]).toMatch(/^application\/x-www-form-urlencoded(;|$)/);
    expect(request?.headers.accept).toBe("application/json");
    expect([...(request?.form ?? [])].sort()).toEqual([
      ["audience", "one"],
      ["client_id", "agent"],
      ["extra", "ä &=+"],
      ["grant_type", "client_credentials"],
      ["resource", "https://b.example/x?y=z"],
      ["resource", "urn:a:b"],
    ]);
  });

  it.each([
    [{ client_id: "x" }, /"client_id" is set by the endpoint/],
    [{ grant_type: "x" }, /"grant_type" is set by the endpoint/],
    [{ client_secret: "x" }, /"client_secret" is set by the endpoint/],
    [{ client_assertion: "x" }, /"client_assertion" is set by the endpoint/],
    [{ scope: ["a", "b"] }, /"scope" can have one value only/],
    [{ scope: " " }, /"scope" must be a string that is not blank/],
    [{ resource: ["urn:a:b", ""] }, /"resource" must be a string that is not blank/],
    [{ resource: "relative" }, /"resource" must be an absolute URI/],
    [{ resource: "https://x.example/#y" }, /"resource" must be an absolute URI without a fragment/],
    [{ extra: 5 }, /"extra" must be/],
  ])("refuses the parameters %j before anything is sent", async (parameters, message) => {
    const server = await startTestServer();
    const refused = testEndpoint(server).request({ ...CLIENT_CREDENTIALS, parameters } as never);
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.toThrow(message);
    expect(server.requests).toEqual([]);
  });

  it("makes one handshake for many requests", async () => {
    const server = await startTestServer();
    const endpoint = testEndpoint(server);
    for (let count = 1; count <= 20; count++) await endpoint.request(CLIENT_CREDENTIALS);
    for (let count = 1; count <= 20; count++) await (await endpoint.fetch(server.url)).text();
    expect(server.requests).toHaveLength(40);
    expect(server.connections).toBe(1);
  });

  it.each([
    [true, 3, "ERR_TOKEN_NETWORK"],
    [false, 1, "ERR_TOKEN_NETWORK"],
  ])(
    "repeats what may have been processed only if idempotent: %s",
    async (idempotent, requests, code) => {
      const server = await startTestServer(({ socket }) => void socket?.destroy(), {
        requestCert: false,
      });
      const request = testEndpoint(server).request({ ...CLIENT_CREDENTIALS, idempotent });
      await expect(request).rejects.toMatchObject({ code, retryable: true });
      expect(server.requests).toHaveLength(requests);
    },
  );

  it("succeeds when a retry does", async () => {
    const server = await startTestServer((response, request, count) =>
      (count < 3 ? answerJson({}, 503) : answerToken())(response, request, count),
    );
    const answer = await testEndpoint(server).request(CLIENT_CREDENTIALS);
    expect(answer.token).toBe("token-3");
  });

  it.each([
    ["headers", false, ""],
    ["a body", false, '{"access'],
    ["metadata", true, ""],
  ])("ends after timeoutMs without %s", async (_, byIssuer, written) => {
    const seen = Promise.withResolvers<void>();
    const server = await startTestServer((response) => {
      if (written !== "") response.write(written);
      seen.resolve();
    });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const endpoint = testEndpoint(server, byIssuer ? { issuer: new URL(server.url).origin } : {});
    let settled = false;
    const request = endpoint.request(CLIENT_CREDENTIALS).finally(() => {
      settled = true;
    });
    const rejected = expect(request).rejects.toMatchObject({
      code: "ERR_TOKEN_TIMEOUT",
      retryable: true,
      message: expect.stringMatching(/no answer within 60000 ms; the option "timeoutMs" sets/),
    });
    await seen.promise;
    vi.advanceTimersByTime(59_999);
    await new Promise(setImmediate);
    expect(settled).toBe(false);
    vi.advanceTimersByTime(1);
    await rejected;
    expect(server.requests).toHaveLength(1);
  });

  it("ends with the reason of the caller's signal, also when that came before", async () => {
    const seen = Promise.withResolvers<void>();
    const server = await startTestServer(() => seen.resolve());
    const endpoint = testEndpoint(server);
    const controller = new AbortController();
    const reason = { why: "enough" };
    const request = endpoint.request(CLIENT_CREDENTIALS, { signal: controller.signal });
    await seen.promise;
    controller.abort(reason);
    await expect(request).rejects.toBe(reason);
    const late = endpoint.request(CLIENT_CREDENTIALS, { signal: controller.signal });
    await expect(late).rejects.toBe(reason);
    expect(server.requests).toHaveLength(1);
  });

  it("waits between retries by a timer that the signal ends", async () => {
    const server = await startTestServer(answerJson({}, 503, { "retry-after": "2" }));
    const controller = new AbortController();
    const endpoint = createTokenEndpoint({
      tokenEndpoint: server.url,
      clientId: "agent",
      ca: authority.certificate,
      clientAuthentication: noClientAuthentication(),
      // Drawn when the wait begins.
      random: () => {
        setImmediate(() => controller.abort("enough"));
        return 0;
      },
    });
    const request = endpoint.request(CLIENT_CREDENTIALS, { signal: controller.signal });
    await expect(request).rejects.toBe("enough");
    expect(server.requests).toHaveLength(1);
    await endpoint.close();
  });

  it("takes an empty list of authorities for none given", async () => {
    const server = await startTestServer();
    const given: object[] = [];
    const dispatcher = (tls: DispatcherTls) => {
      given.push(tls);
      return new Agent({ connect: { ca: authority.certificate } });
    };
    await testEndpoint(server, { dispatcher, ca: [] }).request(CLIENT_CREDENTIALS);
    expect(given).toEqual([{ connectTimeoutMs: 10_000 }]);
  });

  it("refuses what a dispatcher factory returns instead of a dispatcher", async () => {
    const endpoint = testEndpoint({ url: URL_OF_AS }, { dispatcher: () => ({}) as never });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).rejects.toThrow(
      /"dispatcher" must return an undici Dispatcher/,
    );
  });
});

describe("TokenEndpoint.close", () => {
  it("ends requests under way and refuses later ones", async () => {
    const seen = Promise.withResolvers<void>();
    const server = await startTestServer(() => seen.resolve());
    const endpoint = testEndpoint(server);
    const request = endpoint.request(CLIENT_CREDENTIALS);
    await seen.promise;
    const closed = { code: "ERR_TOKEN_CLOSED", retryable: false };
    await Promise.all([endpoint.close(), expect(request).rejects.toMatchObject(closed)]);
    await expect(endpoint.request(CLIENT_CREDENTIALS)).rejects.toMatchObject(closed);
    await expect(endpoint.fetch(server.url)).rejects.toMatchObject(closed);
    await expect(endpoint.close()).resolves.toBeUndefined();
  });

  it("closes what the dispatcher factory made", async () => {
    const server = await startTestServer();
    const agent = new Agent({ connect: { ca: authority.certificate } });
    const endpoint = testEndpoint(server, { dispatcher: () => agent });
    await endpoint.request(CLIENT_CREDENTIALS);
    await endpoint.close();
    expect(agent.destroyed).toBe(true);
  });
});
