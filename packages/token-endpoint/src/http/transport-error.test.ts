import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { Connection } from "./connections.ts";
import { transportFailure } from "./transport-error.ts";

const SENTINEL = "sentinel-token";

/** What undici's fetch rejects with: its own TypeError around the error that has the code. */
function fetchFailed(code: string): Error {
  const cause = Object.assign(new Error(SENTINEL), { code, data: SENTINEL, socket: { SENTINEL } });
  return new TypeError("fetch failed", { cause });
}

function contextOf(connecting: boolean) {
  const observer = { failedConnecting: () => connecting, certificateAt: () => undefined };
  return {
    failed: "Cannot get an access token from https://as.example/token",
    url: new URL("https://as.example/token"),
    connection: { observer } as unknown as Connection,
    mayBeSent: true,
  };
}

describe("transportFailure", () => {
  // What a test's own servers cannot bring about; the rest is in tls-failures.test.ts.
  it.each([
    ["ENOTFOUND", true, "ERR_TOKEN_NETWORK", "always", /its host is unknown/],
    ["ENOTFOUND", false, "ERR_TOKEN_NETWORK", "always", /its host is unknown/],
    ["EAI_AGAIN", true, "ERR_TOKEN_NETWORK", "always", /no connection could be made \(EAI_AGAIN\)/],
    ["ETIMEDOUT", true, "ERR_TOKEN_TIMEOUT", "always", /"connectTimeoutMs"/],
    ["ETIMEDOUT", false, "ERR_TOKEN_TIMEOUT", "if-idempotent", /did not answer in time/],
    ["UND_ERR_HEADERS_TIMEOUT", false, "ERR_TOKEN_TIMEOUT", "if-idempotent", /did not answer/],
    [
      "ECONNRESET",
      true,
      "ERR_TOKEN_NETWORK",
      "always",
      /broke in the TLS handshake \(ECONNRESET\)/,
    ],
    ["ECONNRESET", false, "ERR_TOKEN_NETWORK", "if-idempotent", /connection broke.*ECONNRESET/],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", false, "ERR_TOKEN_TLS", "never", /option "ca"/],
    [
      "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
      false,
      "ERR_TOKEN_TLS",
      "never",
      /refused the TLS connection \(\S+\); if it requires a client certificate/,
    ],
  ])("judges %s, connecting %s", (code, connecting, tokenCode, resend, message) => {
    const outcome = transportFailure(fetchFailed(code), contextOf(connecting));
    expect(outcome).toMatchObject({ resend, failure: { code: tokenCode, cause: { code } } });
    expect(inspect(outcome)).toMatch(message);
    expect(inspect(outcome, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  });

  it.each([
    ["ECONNRESET", "always", /the connection broke before the request was sent \(ECONNRESET\)/],
    ["UND_ERR_SOCKET", "always", /before the request was sent \(UND_ERR_SOCKET\)/],
    ["ETIMEDOUT", "always", /did not answer in time/],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "never", /refused the TLS connection/],
  ])("resends after %s what was not sent: %s", (code, resend, message) => {
    const context = { ...contextOf(false), mayBeSent: false };
    const outcome = transportFailure(fetchFailed(code), context);
    expect(outcome).toMatchObject({ resend });
    expect(inspect(outcome)).toMatch(message);
  });

  it("says no code that could be anything", () => {
    const outcome = transportFailure(fetchFailed(`A${SENTINEL}`), contextOf(false));
    expect(outcome).toMatchObject({
      failure: { message: expect.stringMatching(/before the whole response was there$/) },
    });
  });

  it("passes on what is no failure of the network", () => {
    const mistake = new TypeError("x is not a function");
    expect(() => transportFailure(mistake, contextOf(false))).toThrow(mistake);
  });
});
