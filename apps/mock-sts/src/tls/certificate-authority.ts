// The certificate library's dependency injection reads this polyfill while it loads.
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type GeneralNameType,
  type JsonAttributeAndObjectValue,
  type JsonAttributeObject,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { DAY_MS } from "../time/durations.ts";
import { parseDistinguishedName } from "./distinguished-name.ts";

/** A certificate and its private key, both PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

/** The content of a certificate. */
export interface CertificateRequest {
  /** Subject as an RFC 4514 name. */
  readonly subject: string;
  /** What the certificate may be used for. */
  readonly usage: "serverAuth" | "clientAuth";
  /** Subject alternative names: host names and IP addresses. Default: none. */
  readonly hosts?: readonly string[];
  /** Further subject alternative names: URIs. Default: none. */
  readonly uris?: readonly string[];
  /** Further subject alternative names: e-mail addresses. Default: none. */
  readonly emails?: readonly string[];
  /** Start of validity, epoch milliseconds. */
  readonly notBefore: number;
  /** End of validity, epoch milliseconds. */
  readonly notAfter: number;
}

/** Issues certificates that pass strict chain verification. */
export interface CertificateAuthority {
  /** The root certificate, PEM. */
  readonly certificate: string;
  /** Issues a P-256 certificate with a new key. */
  issue(request: CertificateRequest): Promise<CertificatePair>;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** Creates a certificate authority that lives in memory, valid for ten years from a day ago. */
export async function createCertificateAuthority(subject: string): Promise<CertificateAuthority> {
  const keys = await generateKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    name: asn1Name(subject),
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 3650 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    certificate: root.toString("pem"),
    issue: (request) => issueCertificate(request, { root, signingKey: keys.privateKey }),
  };
}

async function issueCertificate(
  request: CertificateRequest,
  issuer: { root: X509Certificate; signingKey: webcrypto.CryptoKey },
): Promise<CertificatePair> {
  const keys = await generateKeys();
  const { root, signingKey } = issuer;
  const certificate = await X509CertificateGenerator.create({
    ...validity(request),
    subject: asn1Name(request.subject),
    issuer: root.subjectName,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      ...(await endEntityExtensions(request, keys.publicKey)),
      await AuthorityKeyIdentifierExtension.create(root.publicKey),
    ],
  });
  return toPem(certificate, keys);
}

/** Issues a self-signed certificate. */
export async function issueSelfSigned(request: CertificateRequest): Promise<CertificatePair> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(request),
    name: asn1Name(request.subject),
    keys,
    extensions: await endEntityExtensions(request, keys.publicKey),
  });
  return toPem(certificate, keys);
}

function validity({ notBefore, notAfter }: CertificateRequest) {
  return {
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    signingAlgorithm: ALGORITHM,
  };
}

async function endEntityExtensions(request: CertificateRequest, key: webcrypto.CryptoKey) {
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage[request.usage]]),
    await SubjectKeyIdentifierExtension.create(key),
    ...subjectAlternativeNames(request),
  ];
}

async function toPem(
  certificate: X509Certificate,
  { privateKey }: webcrypto.CryptoKeyPair,
): Promise<CertificatePair> {
  return { certificate: certificate.toString("pem"), key: await privateKeyPem(privateKey) };
}

function subjectAlternativeNames({ hosts = [], uris = [], emails = [] }: CertificateRequest) {
  const name = (type: GeneralNameType) => (value: string) => ({ type, value });
  const names = [
    ...hosts.map((host) => name(isIP(host) === 0 ? "dns" : "ip")(host)),
    ...uris.map(name("url")),
    ...emails.map(name("email")),
  ];
  return names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)];
}

/** A certificate stores the RDNs in the opposite order of RFC 4514's string. */
function asn1Name(subject: string): Name {
  const parts = parseDistinguishedName(subject).map((rdn) => {
    const attributes: JsonAttributeAndObjectValue = {};
    for (const { type, value } of rdn) {
      attributes[type] = [...(attributes[type] ?? []), asn1String(type, value)];
    }
    return attributes;
  });
  return new Name(parts.toReversed());
}

/** Types whose values are IA5 strings: domain component and e-mail address. */
const IA5_TYPES = ["0.9.2342.19200300.100.1.25", "1.2.840.113549.1.9.1"];

/** Names the kind of the string, since the library would parse plain text again. */
function asn1String(type: string, value: string): JsonAttributeObject {
  if (IA5_TYPES.includes(type)) return { ia5String: value };
  // The country must be printable: RFC 5280, appendix A.
  return /^[A-Za-z0-9 '()+,./:=?-]+$/.test(value)
    ? { printableString: value }
    : { utf8String: value };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/(.{64})(?=.)/g, "$1\n")}\n-----END PRIVATE KEY-----\n`;
}
