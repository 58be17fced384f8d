import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { inspect } from "node:util";
import { createFakeClock } from "@agent-oauth/core/testing";
import { createTestAuthority, KEY_ALGORITHMS } from "@agent-oauth/test-support/certificates";
import { describe, expect, it } from "vitest";
import { createClientCertificate } from "./client-certificate.ts";

const authority = await createTestAuthority();
const pair = await authority.issue();
const other = await authority.issue();
const weak = await authority.issue({ key: "rsa", modulusLength: 512 });
const bodyOf = (pem: string) => pem.split("\n")[1] ?? "";

describe("createClientCertificate", () => {
  it("derives x5t#S256 and the end from the leaf, whatever follows it in the chain", () => {
    const chain = `${pair.certificate}\n${authority.certificate}`;
    const certificate = createClientCertificate({ certificate: chain, key: pair.key });
    const leaf = new X509Certificate(pair.certificate);
    expect(certificate.thumbprint).toBe(createHash("sha256").update(leaf.raw).digest("base64url"));
    expect(certificate.expiresAt).toBe(Date.parse(leaf.validTo));
  });

  it.each(Object.keys(KEY_ALGORITHMS) as (keyof typeof KEY_ALGORITHMS)[])(
    "takes an %s key",
    async (key) => {
      expect(createClientCertificate(await authority.issue({ key })).thumbprint).toHaveLength(43);
    },
  );

  it("takes the older forms of EC and RSA keys", async () => {
    const rsa = await authority.issue({ key: "rsa" });
    const sec1 = createPrivateKey(pair.key).export({ type: "sec1", format: "pem" }).toString();
    const pkcs1 = createPrivateKey(rsa.key).export({ type: "pkcs1", format: "pem" }).toString();
    expect(() => createClientCertificate({ ...pair, key: sec1 })).not.toThrow();
    expect(() => createClientCertificate({ ...rsa, key: pkcs1 })).not.toThrow();
  });

  const encrypted = createPrivateKey(pair.key)
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
    .toString();
  const x25519 = generateKeyPairSync("x25519").privateKey;
  it.each([
    ["no text", { ...pair, certificate: undefined }, /the certificate must be PEM text/],
    ["an empty certificate", { ...pair, certificate: " \n" }, /the certificate is empty/],
    ["an empty key", { ...pair, key: "" }, /the key is empty/],
    ["a certificate that is not PEM", { ...pair, certificate: "abc" }, /certificate is not PEM/],
    [
      "half a certificate",
      { ...pair, certificate: pair.certificate.slice(0, 200) },
      /it is cut off/,
    ],
    [
      "a broken certificate",
      { ...pair, certificate: pair.certificate.replace(/MII../, "AAAAA") },
      /the certificate does not parse/,
    ],
    [
      "a broken intermediate",
      { ...pair, certificate: pair.certificate + authority.certificate.replace(/MII../, "AAAAA") },
      /the certificate does not parse/,
    ],
    ["a key that is not PEM", { ...pair, key: bodyOf(pair.key) }, /the key is not PEM/],
    ["half a key", { ...pair, key: pair.key.slice(0, 60) }, /the key is damaged: it is cut off/],
    ["an encrypted key", { ...pair, key: encrypted }, /the key is encrypted.*decrypted/],
    ["another certificate's key", { ...pair, key: other.key }, /key does not match/],
    ["a key too short for TLS", weak, /TLS does not accept it, perhaps as its key/],
    [
      "a key that cannot sign",
      { ...pair, key: x25519.export({ type: "pkcs8", format: "pem" }).toString() },
      /a x25519 key cannot authenticate/,
    ],
  ])("refuses %s and shows no key", (_, broken, message) => {
    const refused = catching(() => createClientCertificate(broken as typeof pair));
    expect(refused).toMatchObject({ code: "ERR_TOKEN_CREDENTIAL", retryable: false });
    expect(String(refused)).toMatch(message);
    expect(inspect(refused, { depth: null, showHidden: true })).not.toContain(bodyOf(pair.key));
  });

  it.each([
    ["notBefore", -1, /is not valid before/],
    ["notBefore", 0, undefined],
    ["notAfter", -1, undefined],
    ["notAfter", 0, /the certificate expired at/],
  ] as const)("judges by the clock at %s %i ms", async (end, offset, refusal) => {
    const notBefore = new Date("2026-01-01T00:00:00Z");
    const notAfter = new Date("2026-01-02T00:00:00Z");
    const dated = await authority.issue({ notBefore, notAfter });
    const clock = createFakeClock({ notBefore, notAfter }[end].getTime() + offset);
    const made = catching(() => createClientCertificate(dated, { clock }));
    if (refusal === undefined) expect(made).toBeUndefined();
    else expect(String(made)).toMatch(refusal);
  });

  it("is the same pair whatever became of the line breaks", () => {
    const certificate = createClientCertificate(pair);
    const onOneLine = {
      certificate: pair.certificate.replaceAll("\n", "\\n"),
      key: pair.key.replaceAll("\n", " "),
    };
    expect(createClientCertificate(onOneLine).thumbprint).toBe(certificate.thumbprint);
    expect(certificate.replace(onOneLine)).toBe(false);
  });

  it("shows its thumbprint and end, never the key", () => {
    const certificate = createClientCertificate(pair);
    const shown = [
      inspect(certificate, { depth: null, showHidden: true }),
      JSON.stringify(certificate),
      inspect({ ...certificate }),
    ].join();
    expect(shown).toContain(certificate.thumbprint);
    expect(shown).not.toContain(bodyOf(pair.key));
  });
});

describe("ClientCertificate.replace", () => {
  it("takes a new pair", () => {
    const certificate = createClientCertificate(pair);
    const old = certificate.thumbprint;
    expect(certificate.replace(other)).toBe(true);
    expect(certificate.thumbprint).not.toBe(old);
  });

  it.each([
    ["as it is", (pem: string) => pem],
    ["with CRLF", (pem: string) => pem.replaceAll("\n", "\r\n")],
    ["without a final newline", (pem: string) => pem.trimEnd()],
    ["with a byte order mark", (pem: string) => `\uFEFF${pem}`],
  ])("answers false for the pair in use %s", (_, change) => {
    const same = { certificate: change(pair.certificate), key: change(pair.key) };
    expect(createClientCertificate(pair).replace(same)).toBe(false);
  });

  it("keeps the old pair when the new one does not match", () => {
    const certificate = createClientCertificate(pair);
    const old = certificate.thumbprint;
    const refused = catching(() => certificate.replace({ ...other, key: pair.key }));
    expect(refused).toMatchObject({ code: "ERR_TOKEN_CREDENTIAL" });
    expect(certificate.thumbprint).toBe(old);
  });
});

function catching(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}
