import { inspect } from "node:util";
import { systemClock, TokenError } from "@agent-oauth/core";
import { issueCertificate } from "@agent-oauth/test-support/certificates";
import { describe, expect, it } from "vitest";
import { checkDestinationBinding } from "./destination-binding.ts";

const SENTINEL = "s3cr3t-sentinel";
const pair = await issueCertificate("clientAuth");
const binding = {
  clientid: "sb-dest",
  clientsecret: SENTINEL,
  url: "https://prov.authentication.example",
  uri: "https://destination.example/",
  identityzone: "prov",
};
const withoutSecret = { ...binding, clientsecret: undefined };

function check(value: unknown, allowInsecureHosts: readonly string[] = []) {
  return checkDestinationBinding(value, {
    origin: "the binding",
    allowInsecureHosts,
    clock: systemClock,
  });
}

function fault(value: unknown): TokenError {
  try {
    check(value);
  } catch (error) {
    if (TokenError.isInstance(error)) return error;
  }
  throw new Error("it was accepted");
}

describe("checkDestinationBinding", () => {
  it("takes a binding with a secret, and drops newlines that end its members", () => {
    const mounted = Object.fromEntries(
      Object.entries(binding).map(([name, value]) => [name, `${value}\r\n`]),
    );
    for (const value of [binding, mounted]) {
      expect(check(value)).toMatchObject({
        clientId: "sb-dest",
        authentication: { method: "client_secret_post" },
        apiUrl: "https://destination.example/destination-configuration",
        tokenUrls: { url: "https://prov.authentication.example", identityzone: "prov" },
      });
    }
    expect(check(mounted).authentication.secretDigest).toBe(
      check(binding).authentication.secretDigest,
    );
  });

  it("takes a certificate where there is no secret", () => {
    const certurl = "https://prov.authentication.cert.example";
    const { authentication, tokenUrls } = check({ ...withoutSecret, ...pair, certurl });
    expect(authentication.method).toBe("tls_client_auth");
    expect(tokenUrls).toMatchObject({ certurl });
    expect(check({ ...binding, ...pair }).authentication.method).toBe("client_secret_post");
    expect(check({ ...binding, ...pair, clientsecret: " " }).authentication.method).toBe(
      "tls_client_auth",
    );
  });

  it("reads nothing of a certificate that a secret replaces", () => {
    const replaced = { certificate: 7, key: ["x"], certurl: "no URL" };
    expect(check({ ...binding, ...replaced }).authentication.method).toBe("client_secret_post");
    expect(fault({ ...withoutSecret, ...replaced }).message).toContain(
      "certificate must be a string, not a number; key must be a string, not a list; certurl contains",
    );
  });

  it("finds the credentials in a service key, and leaves it alone where several could be meant", () => {
    expect(check({ credentials: binding, name: "key" }).clientId).toBe("sb-dest");
    expect(check({ credentials: JSON.stringify(binding) }).clientId).toBe("sb-dest");
    expect(fault({ one: binding, other: binding }).message).toContain("clientid is missing");
    expect(fault({ a: { b: { c: binding } } }).message).toContain("clientid is missing");
    expect(fault({ credentials: `{"clientid":"${SENTINEL}` }).message).toContain(
      "clientid is missing",
    );
  });

  it("takes uaadomain with or without a scheme", () => {
    for (const uaadomain of ["uaa.example", "https://uaa.example", "https://uaa.example/"]) {
      expect(check({ ...binding, uaadomain }).tokenUrls.uaadomain).toBe("uaa.example");
    }
  });

  it("shows no secret", () => {
    expect(inspect(check({ ...binding, ...pair }), { depth: null })).not.toContain(SENTINEL);
    expect(JSON.stringify(check({ ...binding, ...pair }))).not.toContain(SENTINEL);
  });

  it("takes http: for hosts that are named only", () => {
    const local = { ...binding, url: "http://localhost:1/prov", uri: "http://localhost:1" };
    expect(check(local, ["localhost:1"]).apiUrl).toBe(
      "http://localhost:1/destination-configuration",
    );
    expect(fault(local).message).toContain("uri must be https:");
  });

  it.each([
    [{}, "clientid is missing; url is missing; uri is missing; clientsecret is missing"],
    [undefined, "it must be an object"],
    ["text", "it must be an object"],
    [{ ...binding, uri: "  " }, "uri is blank"],
    [{ ...binding, uri: 1 }, "uri must be a string, not a number"],
    [{ ...binding, uri: `not-${SENTINEL}` }, "uri must be an absolute https: URL"],
    [{ ...binding, url: "https://a:b@c" }, "url must not hold a user name"],
    [{ ...binding, uri: "https://x?y" }, "uri must not have a query"],
    [{ ...binding, uaadomain: "a/b" }, "uaadomain is not a domain"],
    [{ ...binding, clientid: "a\nb" }, "clientid contains control characters"],
    [{ ...withoutSecret, key: SENTINEL }, "certificate is missing"],
    [{ ...withoutSecret, certificate: SENTINEL }, "key is missing"],
    [{ ...withoutSecret, certificate: SENTINEL, key: " " }, "key is missing"],
    [withoutSecret, "clientsecret is missing, and so are certificate and key"],
    [
      { credentials: JSON.stringify({ ...binding, clientid: undefined }), other: '{"a":1}' },
      "clientid is missing",
    ],
    [
      { root: { type: "destination", ...binding, clientid: undefined, uri: undefined } },
      "clientid is missing; uri is missing",
    ],
    [
      { ...withoutSecret, "credential-type": "x509_attested" },
      "clientsecret is missing, and so are certificate and key; the credential-type x509_attested brings none of them",
    ],
    [
      { ...withoutSecret, "credential-type": `${SENTINEL} & more` },
      "clientsecret is missing, and so are certificate and key",
    ],
  ])("names what is wrong, case %#", (value, reason) => {
    const error = fault(value);
    expect(error.code).toBe("ERR_TOKEN_CONFIG");
    expect(error.message).toContain(`Cannot use the binding: ${reason}`);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  });

  it("says what is wrong with certificate and key", async () => {
    const { key } = await issueCertificate("clientAuth");
    const error = fault({ ...withoutSecret, certificate: pair.certificate, key });
    expect(error).toMatchObject({
      code: "ERR_TOKEN_CREDENTIAL",
      message: expect.stringContaining("Cannot use the binding: the key does not match"),
    });
  });
});
