import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { createTestAuthority } from "@agent-oauth/test-support/certificates";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pemCertificates, pemPrivateKeys } from "./pem-text.ts";

const authority = await createTestAuthority();
const pair = await authority.issue();
const bundle = [
  "Bag Attributes\n    friendlyName: agent\nsubject=CN = agent\n",
  pair.certificate.trim(),
  "\n",
  authority.certificate.trim(),
  "\nKey Attributes: <none>\n",
  pair.key.trim(),
  "\n",
].join("");
const textsOf = (verdict: ReturnType<typeof pemCertificates>) =>
  "texts" in verdict ? verdict.texts : verdict.damage;
const certificates = [`${pair.certificate.trim()}\n`, `${authority.certificate.trim()}\n`];
const keys = [`${pair.key.trim()}\n`];

const LINE_BREAKS = ["\n", "\r\n", "\r", "\\n", "\\r\\n", "\\\\n", "\\u000a", " ", "", "\n\n"];
const INDENTED = ["\n    ", "\t\n", "\\\n", "\\n "];

describe("pemCertificates, pemPrivateKeys", () => {
  it("reads one meaning, whatever became of the line breaks", () => {
    const lines = bundle.split("\n");
    const breaks = fc.array(fc.constantFrom(...LINE_BREAKS, ...INDENTED), {
      minLength: lines.length,
      maxLength: lines.length,
    });
    const wraps = fc.constantFrom("", '"', "'", "\uFEFF", "  ");
    fc.assert(
      fc.property(breaks, wraps, (chosen, wrap) => {
        const text = lines.map((line, i) => `${line}${chosen[i]}`).join("");
        const damaged = `${wrap}${text}${wrap}`;
        expect(textsOf(pemCertificates(damaged))).toEqual(certificates);
        expect(textsOf(pemPrivateKeys(damaged))).toEqual(keys);
      }),
      { numRuns: 300 },
    );
  });

  it.each(LINE_BREAKS)("reads a text whose line breaks are all %j", (lineBreak) => {
    const text = bundle.replaceAll("\n", lineBreak);
    expect(textsOf(pemCertificates(text))).toEqual(certificates);
    expect(textsOf(pemPrivateKeys(text))).toEqual(keys);
  });

  it("reads the older label of certificates, and slashes that JSON escaped", () => {
    const older = pair.certificate.replaceAll("CERTIFICATE", "X509 CERTIFICATE");
    expect(textsOf(pemCertificates(older.replaceAll("/", "\\/")))).toEqual([certificates[0]]);
  });

  const label = "-----BEGIN CERTIFICATE-----";
  const secret = "c2VudGluZWwtc2VjcmV0LWtleS1tYXRlcmlhbA==";
  it.each([
    ["nothing", undefined, /must be PEM text, not undefined/],
    ["bytes", Buffer.from(pair.certificate), /must be PEM text, not an instance of Buffer/],
    ["white space", " \n", /^is empty$/],
    ["a path", "/etc/tls/tls.crt", /looks like the name of a file/],
    ["a file's name", "client.pem", /looks like the name of a file/],
    ["JSON", '{"certificate":"sentinel"}', /is a JSON document/],
    ["base64 of PEM", Buffer.from(pair.certificate).toString("base64"), /base64 of PEM; decode/],
    ["base64 alone", secret.repeat(9), /its first and last line are missing/],
    ["a URL component", encodeURIComponent(pair.certificate), /^is URL-encoded; decode it first$/],
    ["a form field", `${new URLSearchParams([["", pair.certificate]])}`, /^is URL-encoded/],
    ["encoded hyphens", encodeURIComponent(pair.certificate).replaceAll("-", "%2d"), /^is URL-enc/],
    ["encoded line breaks", pair.certificate.replaceAll("\n", "%0a"), /^is URL-encoded/],
    ["four hyphens", pair.certificate.replaceAll("-----", "----"), /must have five hyphens/],
    ["other text", "sentinel text", /it has no such block/],
    ["a key", pair.key, /is not PEM with a block "CERTIFICATE": it has PRIVATE KEY/],
    ["an unknown block", "-----BEGIN SENTINEL-----\nAAAA\n-----END SENTINEL-----", /another one/],
    ["half a certificate", pair.certificate.slice(0, 200), /is damaged: it is cut off/],
    ["half a line", `${label.slice(0, 20)}`, /not PEM with a block|first line is cut off/],
    ["nothing inside", `${label}\n-----END CERTIFICATE-----`, /there is nothing between/],
    ["more than base64", pair.certificate.replace("MII", "MI!"), /stands more than base64/],
    ["a missing letter", pair.certificate.replace("MII", "MI"), /base64 is incomplete/],
    [
      "a broken second block",
      pair.certificate + authority.certificate.replace("MII", "MI"),
      /is damaged in block 2 of 2/,
    ],
  ])("names the damage of %s, and shows nothing of it", (_, text, message) => {
    const damage = String(textsOf(pemCertificates(text)));
    expect(damage).toMatch(message);
    expect(damage).not.toMatch(/sentinel|c2Vud|MII/i);
  });

  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const password = { cipher: "aes-256-cbc", passphrase: "x" };
  it.each([
    ["PKCS #8", createPrivateKey(pair.key).export({ type: "pkcs8", format: "pem", ...password })],
    ["the older form", rsa.export({ type: "pkcs1", format: "pem", ...password })],
  ])("says that a key of %s is encrypted, on one line too", (_, pem) => {
    for (const text of [String(pem), String(pem).replaceAll("\n", "\\n")]) {
      expect(textsOf(pemPrivateKeys(text))).toMatch(/^is encrypted; give it decrypted/);
    }
  });

  it("says how to convert a key of OpenSSH", () => {
    const text = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
    expect(textsOf(pemPrivateKeys(text))).toMatch(/key of OpenSSH; convert it/);
  });

  it("reads a megabyte of first lines in time linear to its length", () => {
    const text = `${label}\n`.repeat(40_000);
    expect(textsOf(pemCertificates(text))).toMatch(/^is damaged in block 1 of 40000/);
  });
});
