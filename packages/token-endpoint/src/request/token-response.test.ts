import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { TokenError } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import {
  clientSecretBasic,
  clientSecretPost,
} from "../client-authentication/client-authentication.ts";
import {
  type Answerer,
  answerJson,
  answerToken,
  CLIENT_CREDENTIALS,
  startTestServer,
  testEndpoint,
} from "../server.test-support.ts";

const SENTINEL = "sentinel-Token_0123456789.abcdef";
const good = { access_token: SENTINEL, token_type: "Bearer", expires_in: 60 };
const html = `<html>${SENTINEL}</html>`;

/** Name, answer, expected code, expected status, whether it is retried. */
type Row = [string, Answerer, string, number | undefined, boolean];

const raw =
  (body: string | Buffer, status = 200, headers = {}): Answerer =>
  (response) =>
    void response.writeHead(status, headers).end(body);
const broken =
  (bytes: string): Answerer =>
  ({ socket }) =>
    void socket?.end(bytes);
const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

const unusable: Row[] = [
  ["an empty body", raw(""), "ERR_TOKEN_RESPONSE", 200, false],
  ["HTML", raw(html, 200, { "content-type": "text/html" }), "ERR_TOKEN_RESPONSE", 200, false],
  ["truncated JSON", raw(JSON.stringify(good).slice(0, -3)), "ERR_TOKEN_RESPONSE", 200, false],
  ["an array", answerJson([good]), "ERR_TOKEN_RESPONSE", 200, false],
  ["null", answerJson(null), "ERR_TOKEN_RESPONSE", 200, false],
  ["a string", answerJson(JSON.stringify(SENTINEL)), "ERR_TOKEN_RESPONSE", 200, false],
  ["no access_token", answerJson({ token: SENTINEL }), "ERR_TOKEN_RESPONSE", 200, false],
  ["a blank one", answerJson({ ...good, access_token: " " }), "ERR_TOKEN_RESPONSE", 200, false],
  ["a list", answerJson({ ...good, access_token: [SENTINEL] }), "ERR_TOKEN_RESPONSE", 200, false],
  [
    "a token with a line break",
    answerJson({ ...good, access_token: `${SENTINEL}\r\nx: y` }),
    "ERR_TOKEN_RESPONSE",
    200,
    false,
  ],
  ["no token_type", answerJson({ access_token: SENTINEL }), "ERR_TOKEN_RESPONSE", 200, false],
  [
    "token_type mac",
    answerJson({ ...good, token_type: "mac" }),
    "ERR_TOKEN_TYPE_UNSUPPORTED",
    200,
    false,
  ],
  [
    "a token as token_type",
    answerJson({ ...good, token_type: SENTINEL }),
    "ERR_TOKEN_TYPE_UNSUPPORTED",
    200,
    false,
  ],
  ["204", raw("", 204), "ERR_TOKEN_RESPONSE", 204, false],
  ["201 with a token", answerJson(good, 201), "ERR_TOKEN_RESPONSE", 201, false],
  ["302", raw("", 302, { location: "/elsewhere" }), "ERR_TOKEN_HTTP", 302, false],
  ["307", raw(html, 307, { location: "/elsewhere" }), "ERR_TOKEN_HTTP", 307, false],
  ["an error in 200", answerJson({ error: "invalid_grant" }), "ERR_TOKEN_OAUTH", 200, false],
  ["an empty 400", raw("", 400), "ERR_TOKEN_HTTP", 400, false],
  ["HTML with 403", raw(html, 403), "ERR_TOKEN_HTTP", 403, false],
  [
    "problem+json",
    raw(JSON.stringify({ type: "about:blank", title: SENTINEL }), 400, {
      "content-type": "application/problem+json",
    }),
    "ERR_TOKEN_HTTP",
    400,
    false,
  ],
  [
    "truncated error",
    raw(`{"error":"invalid_grant","x":"${SENTINEL}`, 400),
    "ERR_TOKEN_HTTP",
    400,
    false,
  ],
  ["an error object", answerJson({ error: { code: SENTINEL } }, 400), "ERR_TOKEN_HTTP", 400, false],
  ["a token as error", answerJson({ error: SENTINEL }, 400), "ERR_TOKEN_HTTP", 400, false],
  [
    "a description that quotes the token beside it",
    answerJson({ ...good, error: "invalid_request", error_description: `is ${SENTINEL}` }, 400),
    "ERR_TOKEN_OAUTH",
    400,
    false,
  ],
  ["401", answerJson({ error: "invalid_client" }, 401), "ERR_TOKEN_OAUTH", 401, false],
  ["404", raw(html, 404), "ERR_TOKEN_HTTP", 404, false],
  ["408", raw("", 408), "ERR_TOKEN_HTTP", 408, true],
  ["429", raw(html, 429), "ERR_TOKEN_HTTP", 429, true],
  ["500", raw(html, 500), "ERR_TOKEN_HTTP", 500, true],
  [
    "503 with an OAuth error",
    answerJson({ error: "temporarily_unavailable" }, 503),
    "ERR_TOKEN_OAUTH",
    503,
    true,
  ],
  ["a long 502", raw(html.repeat(50), 502), "ERR_TOKEN_HTTP", 502, true],
  ["a long answer", answerJson({ ...good, x: "x".repeat(999) }), "ERR_TOKEN_RESPONSE", 200, false],
  [
    "an answer long only when inflated",
    raw(gzipSync(JSON.stringify({ ...good, x: "x".repeat(999) })), 200, {
      "content-encoding": "gzip",
    }),
    "ERR_TOKEN_RESPONSE",
    200,
    false,
  ],
  [
    "an endless answer",
    (response) => {
      const more = () => response.write(SENTINEL.repeat(10), () => response.destroyed || more());
      more();
    },
    "ERR_TOKEN_RESPONSE",
    200,
    false,
  ],
  [
    "a body that does not inflate",
    raw(SENTINEL, 200, { "content-encoding": "gzip" }),
    "ERR_TOKEN_NETWORK",
    undefined,
    true,
  ],
  ["a close before headers", broken(""), "ERR_TOKEN_NETWORK", undefined, true],
  [
    "a close after headers",
    broken(`${head}Content-Length: 99\r\n\r\n{"access_token":"${SENTINEL}`),
    "ERR_TOKEN_NETWORK",
    undefined,
    true,
  ],
  [
    "a body longer than its Content-Length",
    broken(`${head}Content-Length: 20\r\n\r\n${JSON.stringify(good)}`),
    "ERR_TOKEN_RESPONSE",
    200,
    false,
  ],
  [
    "half a chunk",
    broken(`${head}Transfer-Encoding: chunked\r\n\r\nff\r\n${SENTINEL}`),
    "ERR_TOKEN_NETWORK",
    undefined,
    true,
  ],
  ["no HTTP", broken(`220 ${SENTINEL}\r\n\r\n`), "ERR_TOKEN_RESPONSE", undefined, false],
];

describe("an answer without a usable token", () => {
  it.each(unusable)("fails for %s, without its text", async (_, answer, code, status, retried) => {
    // Without a request for a certificate a broken connection is nothing but that.
    const server = await startTestServer(answer, { requestCert: false });
    const endpoint = testEndpoint(server, { maxResponseBytes: 900 });
    const error = await rejection(endpoint.request(CLIENT_CREDENTIALS));
    expect(error).toMatchObject({ code, ...(status && { status }) });
    expect(error.status).toBe(status);
    expect(error.message).toMatch(/^Cannot get an access token from https:\S+\/token: \S.*[^.]$/);
    expect(server.requests).toHaveLength(retried ? 3 : 1);
    expect(allTextOf(error)).not.toContain(SENTINEL);
  });

  it.each([
    [
      "invalid_grant",
      "the assertion expired",
      /400 invalid_grant: "the assertion expired"; have the server allow/,
    ],
    ["invalid_client", undefined, /400 invalid_client; check "clientId"/],
    ["vendor_code", "x".repeat(600), /400 vendor_code: "x+ \[…\] x+"$/],
    ["NOT A CODE", "why", /400 without an OAuth error: "NOT A CODE: why"; check that/],
  ])("says %s and why, cut and encoded", async (error, error_description, message) => {
    const server = await startTestServer(answerJson({ error, error_description }, 400));
    const failure = await rejection(testEndpoint(server).request(CLIENT_CREDENTIALS));
    expect(failure.message).toMatch(message);
    expect(failure.oauthError).toBe(error === "NOT A CODE" ? undefined : error);
  });

  it.each([clientSecretPost("client"), clientSecretBasic("client")])(
    "never hides a registered code, whatever the secret is: $method",
    async (clientAuthentication) => {
      const server = await startTestServer(answerJson({ error: "invalid_client" }, 401));
      const endpoint = testEndpoint(server, { clientAuthentication });
      const error = await rejection(endpoint.request(CLIENT_CREDENTIALS));
      expect(error.oauthError).toBe("invalid_client");
      expect(error.message).toMatch(/401 invalid_client; check "clientId"/);
    },
  );

  const form = { "content-type": "application/x-www-form-urlencoded" };
  it.each<[string, Answerer, RegExp]>([
    [
      "a form",
      raw(`access_token=${SENTINEL}&token_type=bearer`, 200, form),
      /is form-encoded, not/,
    ],
    ["an error as a form", raw(`error=${SENTINEL}`, 400, form), /error \(the response is form-enc/],
    ["a page", raw(`<html>${SENTINEL}`, 503), /error \(the response is HTML\); try again later$/],
    ["XML", raw(`<?xml version="1.0"?>${SENTINEL}`, 400), /\(the response is XML\); check that/],
  ])("names %s as what it is", async (_, answer, message) => {
    const server = await startTestServer(answer);
    const error = await rejection(testEndpoint(server).request(CLIENT_CREDENTIALS));
    expect(error.message).toMatch(message);
    expect(allTextOf(error)).not.toContain(SENTINEL);
  });

  const secret = "s3cret-that-the-server-echoes/+%";
  it.each([clientSecretPost(secret), clientSecretBasic(secret)])(
    "never repeats what was sent: $method",
    async (clientAuthentication) => {
      const assertion = "assertion-that-the-server-echoes";
      const server = await startTestServer((response, { form, headers }, count) => {
        const echo = `bad ${form.get("assertion")} ${form.get("client_secret")} ${headers.authorization}`;
        answerJson({ error: "invalid_grant", error_description: echo }, 400)(
          response,
          { form } as never,
          count,
        );
      });
      const endpoint = testEndpoint(server, { clientAuthentication });
      const error = await rejection(
        endpoint.request({ grantType: "x", parameters: { assertion }, idempotent: false }),
      );
      expect(error.oauthError).toBe("invalid_grant");
      expect(allTextOf(error)).not.toMatch(/echoes/);
      expect(allTextOf(error)).not.toContain(Buffer.from(secret).toString("base64").slice(0, 20));
    },
  );

  it("waits for Retry-After up to 2 s and leaves a longer one to the caller", async () => {
    const server = await startTestServer((response, _, count) =>
      raw("", 429, { "retry-after": count === 1 ? "2" : "3" })(response, _, count),
    );
    const endpoint = testEndpoint(server);
    const error = await rejection(endpoint.request(CLIENT_CREDENTIALS));
    expect(error).toMatchObject({ status: 429, retryable: true, retryAfterMs: 3_000 });
    expect(endpoint.waits).toEqual([2_125]);
  });
});

describe("a token answer", () => {
  it.each([
    ["of 65,536 characters", "x".repeat(65_536), true],
    ["of 65,537 characters", "x".repeat(65_537), false],
    ["with a line break", `${SENTINEL}\n`, false],
    ["with a control character", `${SENTINEL}\u0001`, false],
    ["with a C1 control character", `${SENTINEL}\u0085`, false],
    ["with a space", `${SENTINEL} x`, false],
  ])("with a token %s is good: %#", async (_, access_token, isGood) => {
    const server = await startTestServer(answerToken({ access_token }));
    const answer = testEndpoint(server).request(CLIENT_CREDENTIALS);
    if (isGood) return expect(await answer).toMatchObject({ token: access_token });
    const error = await rejection(answer);
    expect(error.code).toBe("ERR_TOKEN_RESPONSE");
    expect(error.message).toMatch(/: the response has no usable "access_token"$/);
    expect(allTextOf(error)).not.toMatch(/sentinel|xxx/);
  });

  it.each(["bearer", "Bearer", "BEARER"])("takes token_type %s", async (token_type) => {
    const server = await startTestServer(answerToken({ token_type }));
    const answer = await testEndpoint(server).request(CLIENT_CREDENTIALS);
    expect(answer).toMatchObject({ token: "token-1", tokenType: "Bearer" });
  });

  it.each([
    ["BearerToken", undefined, true],
    ["bearertoken", undefined, true],
    ["BearerToken", [], false],
    ["JWT", undefined, false],
    ["jwt", ["JWT"], true],
    ["BearerToken", ["JWT"], false],
  ])("takes token_type %s with bearerTokenTypes %j: %s", async (token_type, types, isGood) => {
    const server = await startTestServer(answerToken({ token_type }));
    const options = types && { bearerTokenTypes: types };
    const answer = testEndpoint(server, options).request(CLIENT_CREDENTIALS);
    if (isGood) return expect(await answer).toMatchObject({ tokenType: "Bearer" });
    const error = await rejection(answer);
    expect(error.code).toBe("ERR_TOKEN_TYPE_UNSUPPORTED");
    expect(error.message).toMatch(`"token_type" is "${token_type}", not "Bearer"`);
    expect(error.message).toMatch(/the option "bearerTokenTypes"$/);
  });

  it.each([["x"], [[""]], [[1]], [["N_A"]], [null]])("refuses bearerTokenTypes %j", (types) => {
    const options = { bearerTokenTypes: types as string[] };
    expect(() => testEndpoint({ url: "https://as.example/token" }, options)).toThrow(
      /"bearerTokenTypes" must be a list/,
    );
  });

  it.each([
    ["refresh_token", "refresh token"],
    ["saml1", "SAML assertion"],
    ["SAML2 ", "SAML assertion"],
  ])("sends no %s as a bearer token", async (kind, shown) => {
    const issued_token_type = `urn:ietf:params:oauth:token-type:${kind}`;
    const server = await startTestServer(
      answerToken({ access_token: SENTINEL, issued_token_type }),
    );
    const endpoint = testEndpoint(server);
    const error = await rejection(endpoint.request(CLIENT_CREDENTIALS));
    expect(error.code).toBe("ERR_TOKEN_TYPE_UNSUPPORTED");
    expect(error.message).toContain(`issued a ${shown} as a bearer token`);
    expect(allTextOf(error)).not.toContain(SENTINEL);
    server.answer = answerToken({ token_type: "N_A", issued_token_type });
    expect(await endpoint.request(CLIENT_CREDENTIALS)).toMatchObject({ tokenType: "N_A" });
  });

  it.each([
    { scope: 7 },
    { scope: { a: 1 } },
    { scope: ["a", 1] },
    { issued_token_type: ["a"] },
    { id_token: 5 },
    { refresh_token: {} },
    { expires_at: {} },
    { expires_in: [] },
  ])("is good whatever stands beside the token: %j", async (more) => {
    const server = await startTestServer(answerToken(more));
    const answer = await testEndpoint(server).request(CLIENT_CREDENTIALS);
    expect(answer).toMatchObject({ token: "token-1", tokenType: "Bearer" });
    expect(answer).not.toHaveProperty("scope");
    expect(answer).not.toHaveProperty("issuedTokenType");
  });

  it("takes N_A from token exchange only", async () => {
    const type = "urn:ietf:params:oauth:token-type:id_token";
    const server = await startTestServer(
      answerToken({ token_type: "n_a", issued_token_type: type }),
    );
    const endpoint = testEndpoint(server);
    const answer = await endpoint.request(CLIENT_CREDENTIALS);
    expect(answer).toMatchObject({ tokenType: "N_A", issuedTokenType: type });
    server.answer = answerToken({ token_type: "N_A" });
    const error = await rejection(endpoint.request(CLIENT_CREDENTIALS));
    expect(error.code).toBe("ERR_TOKEN_TYPE_UNSUPPORTED");
  });

  it("ignores unknown members and members that are null", async () => {
    const more = {
      scope: null,
      id_token: null,
      issued_token_type: null,
      refresh_token: "r",
      x: {},
    };
    const server = await startTestServer(answerToken(more));
    const answer = await testEndpoint(server).request(CLIENT_CREDENTIALS);
    expect(Object.keys(answer).sort()).toEqual(["expiresAt", "fingerprint", "tokenType"]);
  });

  it.each([
    ["b a", ["b", "a"]],
    [
      ["a:b", "c d"],
      ["a:b", "c", "d"],
    ],
    [{ a: 1 }, ["a", "b", "c"]],
    [undefined, ["a", "b", "c"]],
  ])("exposes the granted scope %j", async (scope, granted) => {
    const server = await startTestServer(answerToken({ scope }));
    const parameters = { scope: "a b c" };
    const answer = await testEndpoint(server).request({ ...CLIENT_CREDENTIALS, parameters });
    expect(answer.scope).toEqual(granted);
  });
});

function allTextOf(error: Error): string {
  return [
    inspect(error, { depth: null, showHidden: true }),
    JSON.stringify(error),
    error.stack,
  ].join();
}

async function rejection(promise: Promise<unknown>): Promise<TokenError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!TokenError.isInstance(error)) throw new Error("expected a TokenError", { cause: error });
  return error;
}
