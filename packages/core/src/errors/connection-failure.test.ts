import { describe, expect, it } from "vitest";
import {
  connectionFailure,
  isNetworkFailure,
  noteConnectionVerdict,
} from "./connection-failure.ts";
import { providerError } from "./provider-error.ts";
import { transportErrorCode, transportReason } from "./transport-reason.ts";

const coded = (code: unknown, message = "x") => Object.assign(new Error(message), { code });

describe("noteConnectionVerdict", () => {
  const verdict = { kind: "closed-on-certificate", advice: "; check it" } as const;
  const broken = () => Object.assign(new Error("sentinel"), { code: "ECONNRESET" });

  it("has the error classified as the one knows who connected", () => {
    const cause = broken();
    noteConnectionVerdict(cause, verdict);
    const error = new TypeError("fetch failed", { cause });
    expect(connectionFailure(error)).toMatchObject({ ...verdict, code: "ECONNRESET" });
    expect(isNetworkFailure(verdict)).toBe(false);
    const wrapped = providerError(error, { who: "it", now: 0 });
    expect(wrapped).toMatchObject({ code: "ERR_TOKEN_TLS", retryable: false });
    expect(wrapped.message).toMatch(/closed the connection; check it$/);
  });

  it("leaves a frozen error as it is", () => {
    const frozen = Object.freeze(broken());
    noteConnectionVerdict(frozen, verdict);
    expect(connectionFailure(frozen)).toMatchObject({ kind: "broken", advice: undefined });
  });

  it("tells nothing of a break in the handshake but that the network failed", () => {
    const cause = broken();
    noteConnectionVerdict(cause, { kind: "interrupted", advice: "" });
    expect(connectionFailure(cause)).toMatchObject({ kind: "interrupted", isUnsent: true });
    expect(isNetworkFailure({ kind: "interrupted" })).toBe(true);
  });
});

describe("connectionFailure", () => {
  it.each([
    ["ECONNREFUSED", "unreachable", true, "ERR_TOKEN_NETWORK", /^nothing listens there/],
    ["ENOTFOUND", "unreachable", true, "ERR_TOKEN_NETWORK", /^its host is unknown/],
    ["EAI_AGAIN", "unreachable", true, "ERR_TOKEN_NETWORK", /^no connection .* \(EAI_AGAIN\)$/],
    ["ECONNRESET", "broken", false, "ERR_TOKEN_NETWORK", /^the connection broke \(ECONNRESET\)$/],
    ["UND_ERR_SOCKET", "broken", false, "ERR_TOKEN_NETWORK", /^the connection broke/],
    ["ERR_STREAM_PREMATURE_CLOSE", "broken", false, "ERR_TOKEN_NETWORK", /broke/],
    ["UND_ERR_CONNECT_TIMEOUT", "timeout", true, "ERR_TOKEN_TIMEOUT", /in time/],
    ["UND_ERR_BODY_TIMEOUT", "timeout", false, "ERR_TOKEN_TIMEOUT", /in time/],
    ["ETIMEDOUT", "timeout", false, "ERR_TOKEN_TIMEOUT", /in time \(ETIMEDOUT\)$/],
    ["CERT_HAS_EXPIRED", "untrusted", true, "ERR_TOKEN_TLS", /has expired$/],
    ["CERT_NOT_YET_VALID", "untrusted", true, "ERR_TOKEN_TLS", /check the clock$/],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "untrusted", true, "ERR_TOKEN_TLS", /for another host/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "untrusted", true, "ERR_TOKEN_TLS", /NODE_EXTRA_CA_CERTS/],
    ["ERROR_IN_CERT_NOT_AFTER_FIELD", "untrusted", true, "ERR_TOKEN_TLS", /"ca"/],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "no-tls", true, "ERR_TOKEN_TLS", /does not speak TLS/],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "handshake", false, "ERR_TOKEN_TLS", /handshake/],
    ["ERR_SSL_TLSV1_UNRECOGNIZED_NAME", "handshake", false, "ERR_TOKEN_TLS", /handshake failed/],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "refused", false, "ERR_TOKEN_TLS", /refused the TLS/],
    ["ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "refused", false, "ERR_TOKEN_TLS", /refused/],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "refused", false, "ERR_TOKEN_TLS", /refused/],
    ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", "refused", false, "ERR_TOKEN_TLS", /refused/],
  ] as const)("of %s is %s", (code, kind, isUnsent, tokenCode, reason) => {
    const error = coded(code);
    const found = connectionFailure(error);
    expect(found).toEqual({ kind, code, isUnsent, error });
    expect(found && transportErrorCode(found)).toBe(tokenCode);
    expect(found && transportReason(found)).toMatch(reason);
  });

  it.each([
    ["SSL alert number 40", "refused"],
    ["SSL alert number 49", "refused"],
    ["SSL alert number 116", "refused"],
    ["SSL alert number 50", "handshake"],
    ["SSL alert number 70", "handshake"],
    ["SSL alert number 112", "handshake"],
    ["no alert", "handshake"],
  ])("reads OpenSSL's text only where the code says nothing: %s", (text, kind) => {
    expect(connectionFailure(coded("EPROTO", `write EPROTO:${text}:`))?.kind).toBe(kind);
    expect(connectionFailure(coded("EMFILE", text))).toBeUndefined();
  });

  it("is the first of the chain, named as it is", () => {
    const inner = coded("ECONNRESET");
    const error = new Error("x", { cause: new TypeError("y", { cause: inner }) });
    expect(connectionFailure(error)).toMatchObject({ kind: "broken", error: inner });
    const late = Object.assign(new Error("x", { cause: inner }), { name: "TimeoutError" });
    expect(connectionFailure(late)).toMatchObject({ kind: "timeout", code: undefined });
    expect(
      connectionFailure(Object.assign(new Error("x"), { name: "HTTPParserError" })),
    ).toMatchObject({ kind: "no-http" });
  });

  it.each([
    coded("UND_ERR_INVALID_ARG"),
    coded("ENOENT"),
    coded("invalid_grant"),
    coded("ALERT_BAD_CERTIFICATE"),
    coded(`CERT_${"X".repeat(100)}`),
    coded(23),
    { code: "ECONNRESET" },
    "ECONNRESET",
    undefined,
  ])("is none: %o", (error) => {
    expect(connectionFailure(error)).toBeUndefined();
  });

  it.each([
    ["ECONNREFUSED", true],
    ["ECONNRESET", true],
    ["ETIMEDOUT", true],
    ["CERT_HAS_EXPIRED", false],
    ["ERR_SSL_WRONG_VERSION_NUMBER", false],
  ])("passes or not: %s", (code, passes) => {
    const found = connectionFailure(coded(code));
    expect(found && isNetworkFailure(found)).toBe(passes);
  });

  const reset = coded("ECONNRESET");
  const refused = coded("ECONNREFUSED");
  const untrusted = coded("CERT_HAS_EXPIRED");
  const all = (...errors: unknown[]) => new AggregateError(errors);

  it.each([
    [all(reset, refused), { kind: "broken", error: reset, isUnsent: false }],
    [all(refused, refused), { kind: "unreachable", error: refused, isUnsent: true }],
    [all(refused, reset), { kind: "unreachable", error: refused, isUnsent: false }],
    [new Error("x", { cause: all(new TypeError("y", { cause: reset })) }), { error: reset }],
    [all(reset, untrusted), { kind: "untrusted", error: untrusted }],
    [all(all(reset)), { kind: "broken" }],
  ])("of all errors together: %o", (error, expected) => {
    expect(connectionFailure(error)).toMatchObject(expected);
  });

  it.each([all(), all(reset, new Error("x")), all(all(all(reset))), all(reset, "text")])(
    "is none where one of the errors is another: %o",
    (error) => {
      expect(connectionFailure(error)).toBeUndefined();
    },
  );

  it.each([
    new DOMException("x", "AbortError"),
    new Error("x", { cause: new DOMException("y", "AbortError") }),
    all(new DOMException("x", "AbortError"), reset),
  ])("counts an abort only where the caller says so: %o", (error) => {
    expect(connectionFailure(error)).toBeUndefined();
    expect(connectionFailure(error, { abortsAre: "timeout" })).toMatchObject({ kind: "timeout" });
  });
});
