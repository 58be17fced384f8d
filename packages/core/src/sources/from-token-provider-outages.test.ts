import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { createFakeClock } from "../testing/fake-clock.ts";
import { fromTokenProvider } from "./from-token-provider.ts";
import type { TokenProvider } from "./token-provider.ts";

const SENTINEL = "s3ntinel";
const coded = (code: string) => Object.assign(new Error(SENTINEL), { code });
const failed = (members: object) => Object.assign(new Error(SENTINEL), members);

async function failure(provider: () => unknown) {
  const clock = createFakeClock();
  const source = fromTokenProvider(provider as TokenProvider, { clock });
  const error: unknown = await source.getToken().catch((reason: unknown) => reason);
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  return error;
}

const throwing = (error: unknown) =>
  failure(() => {
    throw error;
  });

describe("fromTokenProvider: an outage", () => {
  it.each([
    [failed({ status: 503 }), { status: 503, retryable: true }],
    [failed({ status: 408 }), { status: 408, retryable: true }],
    [failed({ statusCode: 429 }), { status: 429, retryable: true }],
    [failed({ status: 500 }), { status: 500, retryable: true }],
    [failed({ response: { status: 502 } }), { status: 502, retryable: true }],
    [new Response("", { status: 504 }), { status: 504, retryable: true }],
    [failed({ status: 400 }), { status: 400, retryable: false }],
    [failed({ status: 407 }), { status: 407, retryable: false }],
    [failed({ status: 428 }), { status: 428, retryable: false }],
    [failed({ status: 503, retryable: false }), { status: 503, retryable: false }],
  ])("is seen by the status of what was thrown: %o", async (error, expected) => {
    const found = await throwing(error);
    expect(found).toMatchObject({ code: "ERR_TOKEN_PROVIDER", ...expected });
    expect(String(found)).toContain(`(status ${expected.status})`);
  });

  it.each([failed({ status: 600 }), failed({ status: 200 }), failed({ status: "503" })])(
    "is not seen by what is no status of a failure: %o",
    async (error) => {
      const found = await throwing(error);
      expect(found).toMatchObject({ code: "ERR_TOKEN_PROVIDER", retryable: false });
      expect(found).not.toHaveProperty("status");
    },
  );

  it.each([
    { headers: new Headers({ "Retry-After": "7" }) },
    { headers: { "Retry-After": "7" } },
    { headers: { "retry-after": 7 } },
    { headers: { get: (name: string) => (name === "retry-after" ? "7" : null) } },
    { retryAfterMs: 7_000 },
  ])("lasts as long as the server says: %o", async (members) => {
    expect(await throwing(failed({ status: 503, ...members }))).toMatchObject({
      retryAfterMs: 7_000,
    });
  });

  it.each([null, 5, { "retry-after": {} }, { get: () => SENTINEL }])(
    "has no such time in headers %o",
    async (headers) => {
      const found = await throwing(failed({ status: 503, headers }));
      expect(found).toMatchObject({ retryable: true });
      expect(found).not.toHaveProperty("retryAfterMs");
    },
  );

  it.each([
    ["AbortError", new DOMException(SENTINEL, "AbortError")],
    ["Error", new Error(SENTINEL, { cause: new DOMException(SENTINEL, "AbortError") })],
    ["AggregateError", new AggregateError([new DOMException(SENTINEL, "AbortError")])],
  ])("is a time limit of the provider's own: %s", async (name, error) => {
    const found = await throwing(error);
    expect(found).toMatchObject({ code: "ERR_TOKEN_PROVIDER", retryable: true });
    expect(String(found)).toMatch(new RegExp(`threw ${name}$`));
  });

  it.each([
    new AggregateError([coded("ECONNREFUSED"), coded("ECONNRESET")], SENTINEL),
    new Error(SENTINEL, { cause: new AggregateError([coded("ECONNREFUSED")], SENTINEL) }),
  ])("is an error of errors that are all of the network", async (error) => {
    const found = await throwing(error);
    expect(found).toMatchObject({ code: "ERR_TOKEN_PROVIDER", retryable: true });
    expect(String(found)).toMatch(/ \(ECONNREFUSED\)$/);
  });

  it("is not one where another error is among them", async () => {
    const error = new AggregateError([coded("ECONNREFUSED"), new Error(SENTINEL)]);
    expect(await throwing(error)).toMatchObject({ retryable: false });
  });

  it.each([
    ["ERR_SSL_WRONG_VERSION_NUMBER", "does not speak TLS there"],
    ["ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "refused the TLS connection"],
    ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", "refused the TLS connection"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "refused the TLS connection"],
    ["ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", "the TLS handshake failed"],
    ["ERR_SSL_TLSV1_UNRECOGNIZED_NAME", "the TLS handshake failed"],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "the TLS handshake failed"],
    ["CERT_HAS_EXPIRED", "certificate has expired"],
  ])("is none if TLS fails: %s", async (code, said) => {
    const found = await throwing(new TypeError("fetch failed", { cause: coded(code) }));
    expect(found).toMatchObject({ code: "ERR_TOKEN_TLS", retryable: false });
    expect(String(found)).toContain(said);
  });

  it.each([
    ["temporarily_unavailable", true],
    ["server_error", true],
    ["slow_down", true],
    ["invalid_grant", false],
    ["invalid_client", false],
  ])("is told by an error response that is returned: %s", async (error, retryable) => {
    const found = await failure(() => ({ error, error_description: SENTINEL }));
    expect(found).toMatchObject({ code: "ERR_TOKEN_PROVIDER", oauthError: error, retryable });
    expect(String(found)).toMatch(new RegExp(`the token endpoint answered ${error}$`));
  });

  it.each([SENTINEL, "s3ntinel_code", { message: SENTINEL }, 5])(
    "shows no error that is not registered: %o",
    async (error) => {
      const found = await failure(() => ({ error }));
      expect(found).toMatchObject({ code: "ERR_TOKEN_PROVIDER", retryable: false });
      expect(found).not.toHaveProperty("oauthError");
      expect(String(found)).toMatch(/returned: an error response; it must return/);
    },
  );

  it("is bridged by the token that is there", async () => {
    const clock = createFakeClock();
    const provider = vi.fn<TokenProvider>(() => ({ token: "abc", expiresIn: 600 }));
    const source = fromTokenProvider(provider, { clock });
    await source.getToken();
    provider.mockImplementation(() => {
      throw failed({ status: 503 });
    });
    clock.advance(575_000);
    expect((await source.getToken()).token).toBe("abc");
    expect(provider).toHaveBeenCalledTimes(2);
  });
});
