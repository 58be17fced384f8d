import { createFakeClock } from "@agent-oauth/core/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { clientSecretPost, tlsClientAuth } from "../client-authentication/client-authentication.ts";
import { privateKeyJwt } from "../client-authentication/private-key-jwt.ts";
import { createClientCertificate } from "../http/client-certificate.ts";
import type { TokenEndpointOptions } from "../options/token-endpoint-options.ts";
import {
  type Answerer,
  answerJson,
  answerToken,
  authority,
  CLIENT_CREDENTIALS,
  startTestServer,
  testEndpoint,
} from "../server.test-support.ts";
import { cibaSource } from "./ciba-source.test-support.ts";

const HINT = "sentinel-hint-0123456789";
const REQUEST_ID = "sentinel-request-id-0123456789";
const SECRET = "sentinel-secret-0123456789";
const METADATA = "/.well-known/oauth-authorization-server";

const pending = answerJson({ error: "authorization_pending" }, 400);
const slowDown = answerJson({ error: "slow_down" }, 400);
const acknowledged = (more: object = {}) =>
  answerJson({ auth_req_id: REQUEST_ID, expires_in: 120, ...more });

/** A server that asks users, and says one thing after the other at its token endpoint. */
async function startCiba(
  decisions: readonly Answerer[],
  {
    metadata = {},
    acknowledge = acknowledged(),
    options = {},
  }: {
    readonly metadata?: object;
    readonly acknowledge?: Answerer;
    readonly options?: Partial<TokenEndpointOptions>;
  } = {},
) {
  const server = await startTestServer();
  const { origin } = new URL(server.url);
  const left = [...decisions];
  const decide: Answerer = (...answer) => (left.length > 1 ? left.shift() : left[0])?.(...answer);
  server.answer = (response, request, count) => {
    const answers: Record<string, Answerer | undefined> = {
      [METADATA]: answerJson({
        issuer: origin,
        token_endpoint: server.url,
        backchannel_authentication_endpoint: `${origin}/backchannel`,
        ...metadata,
      }),
      "/backchannel": acknowledge,
      "/token": decide,
    };
    return (answers[request.path] ?? answerJson("", 404))(response, request, count);
  };
  const clock = createFakeClock();
  const waits: number[] = [];
  const endpoint = testEndpoint(server, {
    issuer: origin,
    clientAuthentication: clientSecretPost(SECRET),
    clock,
    sleep: async (ms) => {
      waits.push(ms);
      clock.advance(ms);
    },
    ...options,
  });
  const ask = (signal?: AbortSignal) =>
    cibaSource(endpoint).getToken(
      { subjectToken: HINT, scope: ["openid", "read"] },
      signal && { signal },
    );
  const paths = () => server.requests.map(({ path }) => path);
  return { server, endpoint, clock, waits, ask, paths };
}

describe("a grant of two steps", () => {
  it("asks for the user, then polls at the server's pace", async () => {
    const { server, waits, ask, paths } = await startCiba([
      pending,
      slowDown,
      pending,
      answerToken({ expires_in: 60 }),
    ]);
    const token = await ask();
    expect(token).toMatchObject({ token: "token-6", scope: ["openid", "read"] });
    expect(waits).toEqual([5_000, 5_000, 10_000, 10_000]);
    expect(paths()).toEqual([METADATA, "/backchannel", ...Array(4).fill("/token")]);
    expect(Object.fromEntries(server.requests[1]?.form ?? [])).toEqual({
      scope: "openid read",
      login_hint_token: HINT,
      client_id: "agent",
      client_secret: SECRET,
    });
    expect(Object.fromEntries(server.requests[2]?.form ?? [])).toEqual({
      grant_type: "urn:openid:params:grant-type:ciba",
      auth_req_id: REQUEST_ID,
      client_id: "agent",
      client_secret: SECRET,
    });
  });

  it("waits as long as the server says", async () => {
    const acknowledge = acknowledged({ interval: 2 });
    const { waits, ask } = await startCiba([pending, answerToken()], { acknowledge });
    await ask();
    expect(waits).toEqual([2_000, 2_000]);
  });

  it("ends with the lifetime of the request, as if the server had said so", async () => {
    const acknowledge = acknowledged({ expires_in: 16, interval: 5 });
    const { waits, ask } = await startCiba([pending], { acknowledge });
    await expect(ask()).rejects.toMatchObject({
      code: "ERR_TOKEN_OAUTH",
      oauthError: "expired_token",
      retryable: false,
    });
    expect(waits).toEqual([5_000, 5_000, 5_000]);
  });

  it("ends with the user's refusal", async () => {
    const { waits, ask } = await startCiba([pending, answerJson({ error: "access_denied" }, 400)]);
    await expect(ask()).rejects.toMatchObject({ oauthError: "access_denied" });
    expect(waits).toHaveLength(2);
  });

  it("keeps the pace while the server fails, without retries in between", async () => {
    const { waits, ask, paths } = await startCiba([
      answerJson({}, 503, { "retry-after": "0" }),
      ({ socket }) => void socket?.destroy(),
      answerJson({}, 429, { "retry-after": "60" }),
      answerToken(),
    ]);
    await ask();
    expect(waits).toEqual([5_000, 10_000, 20_000, 60_000]);
    expect(paths().filter((path) => path === "/token")).toHaveLength(4);
  });

  it("asks the user once: the first step is sent again only if it was turned away", async () => {
    let times = 0;
    const acknowledge: Answerer = (...answer) =>
      (++times === 1 ? answerJson({}, 429) : answerJson({}, 500))(...answer);
    const { ask } = await startCiba([], { acknowledge });
    await expect(ask()).rejects.toMatchObject({
      code: "ERR_TOKEN_HTTP",
      status: 500,
      message: expect.stringMatching(
        /^Cannot use the backchannel authentication endpoint https:\/\/127\.0\.0\.1:\d+\/backchannel: /,
      ),
    });
    expect(times).toBe(2);
  });

  it.each(["abort", "close"])("ends while it waits: %s", async (how) => {
    const waiting = Promise.withResolvers<void>();
    const sleep = () => {
      waiting.resolve();
      return new Promise<void>(() => {}); // It does not heed the signal.
    };
    const { ask, endpoint, paths } = await startCiba([pending], { options: { sleep } });
    const controller = new AbortController();
    const token = ask(controller.signal);
    token.catch(() => {});
    await waiting.promise;
    if (how === "abort") controller.abort("enough");
    else await endpoint.close();
    await expect(token).rejects.toEqual(
      how === "abort" ? "enough" : expect.objectContaining({ code: "ERR_TOKEN_CLOSED" }),
    );
    expect(paths()).not.toContain("/token");
  });

  it("uses the mTLS aliases of both endpoints", async () => {
    const certificate = createClientCertificate(await authority.issue());
    const alias = await startTestServer((response, request, count) =>
      (request.path === "/token" ? answerToken() : acknowledged())(response, request, count),
    );
    const { origin } = new URL(alias.url);
    const aliases = {
      token_endpoint: alias.url,
      backchannel_authentication_endpoint: `${origin}/backchannel`,
    };
    const { ask, paths } = await startCiba([], {
      metadata: { mtls_endpoint_aliases: aliases },
      options: { clientAuthentication: tlsClientAuth(certificate) },
    });
    await expect(ask()).resolves.toMatchObject({
      confirmation: { x5tS256: certificate.thumbprint },
    });
    expect(paths()).toEqual([METADATA]);
    expect(alias.requests.map(({ path, thumbprint }) => [path, thumbprint])).toEqual([
      ["/backchannel", certificate.thumbprint],
      ["/token", certificate.thumbprint],
    ]);
  });

  it("sends assertions for the token endpoint to the other one too", async () => {
    const { key } = await authority.issue();
    const clientAuthentication = privateKeyJwt({ key, audience: "tokenEndpoint" });
    const { server, ask } = await startCiba([answerToken()], { options: { clientAuthentication } });
    await ask();
    const audiences = server.requests.slice(1).map(({ form }) => {
      const [, claims = ""] = form.get("client_assertion")?.split(".") ?? [];
      return JSON.parse(Buffer.from(claims, "base64url").toString()).aud;
    });
    expect(audiences).toEqual([server.url, server.url]);
  });

  it("gives each request of the poll its own limit of time", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const hanging: Answerer = () => void vi.advanceTimersByTime(1_000);
    const { waits, ask } = await startCiba([hanging, answerToken()], {
      options: { timeoutMs: 1_000 },
    });
    await expect(ask()).resolves.toBeDefined();
    expect(waits).toEqual([5_000, 10_000]);
  });

  it.each([
    ["no endpoint for it", undefined, /names no usable backchannel authentication endpoint/],
    ["a relative one", "/backchannel", /names no usable backchannel authentication endpoint/],
    [
      "http:",
      "http://as.example/",
      /the backchannel authentication endpoint it names is not an https:/,
    ],
  ])("fails when it is used where metadata names %s", async (_, spelt, message) => {
    const { endpoint, ask } = await startCiba([answerToken()], {
      metadata: { backchannel_authentication_endpoint: spelt },
    });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).resolves.toBeDefined();
    const failure = ask();
    await expect(failure).rejects.toMatchObject({ code: "ERR_TOKEN_METADATA", status: 200 });
    await expect(failure).rejects.toThrow(message);
    await expect(endpoint.request(CLIENT_CREDENTIALS)).resolves.toBeDefined();
  });

  it("needs metadata", async () => {
    const endpoint = testEndpoint({ url: "https://as.example/token" });
    const token = cibaSource(endpoint).getToken({ subjectToken: HINT });
    await expect(token).rejects.toMatchObject({ code: "ERR_TOKEN_METADATA" });
    await expect(token).rejects.toThrow(/only the token endpoint is given/);
  });

  it.each([
    [acknowledged({ auth_req_id: undefined }), /the response has no usable "auth_req_id"$/],
    [acknowledged({ expires_in: `${HINT}` }), /the response has no usable "expires_in"$/],
    [
      answerJson({ error: "unknown_user_id", error_description: `who is ${HINT}?` }, 400),
      /the server answered 400 unknown_user_id$/,
    ],
    [answerJson(REQUEST_ID), /not a JSON object; check that the URL is a backchannel authenti/],
    [answerJson({}, 202), /answered 202, which is not a success at a backchannel authenti/],
  ])("says what is wrong with the first response, and no secret (%#)", async (answer, message) => {
    const { ask } = await startCiba([], { acknowledge: answer });
    const failure = ask();
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.not.toThrow(/sentinel/);
  });

  it("guards its own names", () => {
    const endpoint = testEndpoint({ url: "https://as.example/token" });
    for (const name of ["login_hint_token", "requested_expiry", "auth_req_id"]) {
      expect(() => cibaSource(endpoint, { parameters: { [name]: "x" } })).toThrow(
        `"parameters" must not have "${name}"`,
      );
    }
  });
});
