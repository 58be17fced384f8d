import { inspect } from "node:util";
import {
  InsufficientScopeError,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
} from "@modelcontextprotocol/client";
import { describe, expect, it } from "vitest";
import { httpStatus, mcpFailure } from "./mcp-failure.ts";

const SENTINEL = "sentinel-of-the-server";
const http = (status: number) =>
  new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, SENTINEL, { status, text: SENTINEL });
const failedFetch = (code: string) =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(SENTINEL), { code }) });
const unreachable = failedFetch("ECONNRESET");
const untrusted = failedFetch("SELF_SIGNED_CERT_IN_CHAIN");

describe("mcpFailure", () => {
  it.each<[string, unknown, object]>([
    ["a 401", http(401), { code: "ERR_TOKEN_REJECTED", status: 401, retryable: false }],
    ["a 403", http(403), { code: "ERR_TOKEN_HTTP", status: 403, retryable: false }],
    ["a 408", http(408), { code: "ERR_TOKEN_HTTP", status: 408, retryable: true }],
    ["a 503", http(503), { code: "ERR_TOKEN_HTTP", status: 503, retryable: true }],
    [
      "an abort, whose code is a number",
      AbortSignal.abort().reason,
      { code: "ERR_TOKEN_RESPONSE" },
    ],
    [
      "a list that does not end",
      new SdkError(SdkErrorCode.ListPaginationExceeded, SENTINEL),
      { code: "ERR_TOKEN_RESPONSE", message: expect.stringContaining("more than 64 pages") },
    ],
    [
      "a code of any length",
      Object.assign(new Error(SENTINEL), { code: "X".repeat(100_000) }),
      { message: expect.stringMatching(/^.{1,200}$/) },
    ],
    [
      "too narrow a scope",
      new InsufficientScopeError({ requiredScope: "orders.write" }),
      {
        code: "ERR_TOKEN_OAUTH",
        status: 403,
        oauthError: "insufficient_scope",
        retryable: false,
        message: expect.stringMatching(/ "orders\.write" is needed$/),
      },
    ],
    [
      "too narrow a scope that is not named",
      new InsufficientScopeError({}),
      { code: "ERR_TOKEN_OAUTH", message: expect.stringMatching(/too narrow$/) },
    ],
    [
      "a timeout",
      new SdkError(SdkErrorCode.RequestTimeout, SENTINEL),
      { code: "ERR_TOKEN_TIMEOUT" },
    ],
    [
      "a lost connection",
      new SdkError(SdkErrorCode.ConnectionClosed, SENTINEL),
      { code: "ERR_TOKEN_NETWORK" },
    ],
    ["a failed fetch", unreachable, { code: "ERR_TOKEN_NETWORK", cause: { code: "ECONNRESET" } }],
    [
      "a certificate that is not trusted",
      untrusted,
      {
        code: "ERR_TOKEN_TLS",
        retryable: false,
        cause: { code: "SELF_SIGNED_CERT_IN_CHAIN" },
        message: expect.stringMatching(/not trusted .* "ca" or .*NODE_EXTRA_CA_CERTS names$/),
      },
    ],
    [
      "a client certificate that the server refuses",
      failedFetch("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"),
      { code: "ERR_TOKEN_TLS", message: expect.stringMatching(/presents a client certificate/) },
    ],
    [
      "a fetch that took too long",
      failedFetch("UND_ERR_HEADERS_TIMEOUT"),
      { code: "ERR_TOKEN_TIMEOUT", retryable: true },
    ],
    [
      "a failed fetch with a code of its own",
      failedFetch("ERR_OF_A_PROXY"),
      { code: "ERR_TOKEN_NETWORK", message: expect.stringMatching(/reached \(ERR_OF_A_PROXY\)$/) },
    ],
    [
      "a failed fetch inside of the negotiation",
      new SdkError(SdkErrorCode.EraNegotiationFailed, SENTINEL, {}, { cause: unreachable }),
      { code: "ERR_TOKEN_NETWORK", cause: { code: "ECONNRESET" } },
    ],
    [
      "an answer that is none",
      new SdkError(SdkErrorCode.ClientHttpUnexpectedContent, SENTINEL, { contentType: SENTINEL }),
      { code: "ERR_TOKEN_RESPONSE", retryable: false },
    ],
    ["an answer that is no JSON", new SyntaxError(SENTINEL), { code: "ERR_TOKEN_RESPONSE" }],
    ["something that is no error", SENTINEL, { code: "ERR_TOKEN_RESPONSE" }],
  ])("says in our words that there was %s", (_, error, expected) => {
    const failure = mcpFailure(error, "call the tool");
    expect(failure).toMatchObject({ name: "TokenError", ...expected });
    expect(String(failure)).toMatch(/^TokenError: Cannot call the tool: /);
    expect(inspect(failure, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  });

  it.each([
    [SdkErrorCode.ClientHttpUnexpectedContent, "the server's response is not one to the request"],
    [SdkErrorCode.ListPaginationExceeded, "the server's list has more than 64 pages"],
    [SdkErrorCode.UnsupportedResultType, "the server asks for input, which is not passed on"],
    [SdkErrorCode.InvalidResult, 'the server\'s response is unusable ("INVALID_RESULT")'],
    [SdkErrorCode.ConnectionClosed, "the server's response ended before the result came"],
    [SdkErrorCode.NotConnected, "the server cannot be reached (NOT_CONNECTED)"],
    [SdkErrorCode.SendFailed, "the server cannot be reached (SEND_FAILED)"],
    [SdkErrorCode.RequestTimeout, "the server did not answer in time"],
  ])("says what %s means", (code, reason) => {
    const { message } = mcpFailure(new SdkError(code, SENTINEL), "call") as Error;
    expect(message).toBe(`Cannot call: ${reason}`);
  });

  it("says that the server cannot be reached where nothing says why", () => {
    const error = new TypeError("fetch failed", { cause: new Error(SENTINEL) });
    const { message } = mcpFailure(error, "call") as Error;
    expect(message).toBe("Cannot call: the server cannot be reached");
  });

  it.each([300, 404, 408, 599])("names the status %i, and nothing else", (status) => {
    const { message } = mcpFailure(http(status), "call") as Error;
    expect(message).toBe(`Cannot call: the server answered ${status}`);
  });

  it("cuts what a server asks for", () => {
    const long = new InsufficientScopeError({ requiredScope: `${"x".repeat(300)}\u001b` });
    expect(String(mcpFailure(long, "call"))).toContain(`"${"x".repeat(200)}"`);
  });

  it.each([-32602, 400, 401, 403, 404, 500])(
    "leaves an answer of the tool as it is: %i",
    (code) => {
      const error = new ProtocolError(code, "no such tool");
      expect(mcpFailure(error, "call")).toBe(error);
      expect(error.message).toBe("no such tool");
    },
  );

  it("cuts a message of the server that is too long, in the stack as well", () => {
    const error = new ProtocolError(-32602, `begin${"x".repeat(1_000_000)}`);
    const failure = mcpFailure(error, "call") as Error;
    expect(failure).toBe(error);
    expect(failure.message).toMatch(/^begin/);
    expect(inspect(failure).length).toBeLessThan(10_000);
  });
});

describe("httpStatus", () => {
  it.each([
    [http(404), 404],
    [http(302), 302],
    [http(299), undefined],
    [http(300), 300],
    [http(599), 599],
    [http(600), undefined],
    [{ status: "404" }, undefined],
    [{ code: 404 }, undefined],
    [new ProtocolError(-32602, "no"), undefined],
    [new ProtocolError(404, "no"), undefined],
    [Object.assign(new ProtocolError(404, "no"), { status: 404 }), undefined],
    [{ status: 200 }, undefined],
    [{ code: "ECONNRESET" }, undefined],
    [undefined, undefined],
    [null, undefined],
  ])("of %j is %j", (error, status) => {
    expect(httpStatus(error)).toBe(status);
  });
});
