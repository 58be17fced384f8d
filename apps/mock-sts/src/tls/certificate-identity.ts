// The certificate library's dependency injection reads this polyfill while it loads.
import { isBlank } from "../checks/option-values.ts";
import "reflect-metadata";
import type { X509Certificate } from "node:crypto";
import {
  X509Certificate as ParsedCertificate,
  SubjectAlternativeNameExtension,
} from "@peculiar/x509";
import {
  attributeOid,
  type DistinguishedName,
  parseDistinguishedName,
  sameDistinguishedName,
} from "./distinguished-name.ts";

/**
 * The one name that identifies the certificate of a client.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-2.1.2 RFC 8705 §2.1.2}
 */
export interface CertificateSubject {
  /** The certificate's subject as an RFC 4514 name. */
  readonly subjectDn?: string;
  /** A DNS name among its subject alternative names. */
  readonly sanDns?: string;
  /** A URI among them. */
  readonly sanUri?: string;
  /** An IP address among them. */
  readonly sanIp?: string;
  /** An e-mail address among them. */
  readonly sanEmail?: string;
}

/** Recognizes a client's certificate by its registered name. */
export interface CertificateIdentity {
  /** The kind of the name. */
  readonly kind: keyof CertificateSubject;
  matches(certificate: X509Certificate): boolean;
}

const KINDS = ["subjectDn", "sanDns", "sanUri", "sanIp", "sanEmail"] as const;

/**
 * Reads the registered name of a client's certificate.
 *
 * @throws TypeError saying what is wrong: there must be one name, or none if it is not wanted.
 */
export function certificateIdentity(
  subject: CertificateSubject,
  { isWanted }: { isWanted: boolean },
): CertificateIdentity | undefined {
  const given = KINDS.filter((kind) => subject[kind] !== undefined);
  const [kind] = given;
  if (!isWanted && kind !== undefined) throw new TypeError(`must not have a "${kind}"`);
  if (!isWanted) return undefined;
  if (kind === undefined || given.length > 1) {
    throw new TypeError(`needs exactly one of ${KINDS.map((name) => `"${name}"`).join(", ")}`);
  }
  const name = subject[kind];
  if (name === undefined || isBlank(name)) throw new TypeError(`has a blank "${kind}"`);
  return kind === "subjectDn" ? subjectIdentity(name) : { kind, matches: nameMatcher(kind, name) };
}

/** Recognizes a certificate by its subject, compared as a name and not as text. */
export function subjectIdentity(subjectDn: string): CertificateIdentity {
  const registered = parseDistinguishedName(subjectDn);
  return {
    kind: "subjectDn",
    matches: (certificate) => sameDistinguishedName(registered, certificateSubject(certificate)),
  };
}

/** The certificate library's word for each kind of alternative name, and how two names are compared. */
const ALTERNATIVE_NAMES = {
  sanDns: { type: "dns", canonical: (name: string) => name.toLowerCase() },
  sanUri: { type: "url", canonical: (name: string) => name },
  sanIp: { type: "ip", canonical: canonicalAddress },
  // Only the host is case-insensitive: RFC 5280 §7.5.
  sanEmail: {
    type: "email",
    canonical: (name: string) => name.replace(/@.*$/s, (host) => host.toLowerCase()),
  },
} as const;

function nameMatcher(kind: keyof typeof ALTERNATIVE_NAMES, name: string) {
  const { type, canonical } = ALTERNATIVE_NAMES[kind];
  const registered = canonical(name);
  return (certificate: X509Certificate): boolean => {
    const names = new ParsedCertificate(certificate.raw)
      .getExtension(SubjectAlternativeNameExtension)
      ?.names.toJSON();
    return names?.some((it) => it.type === type && canonical(it.value) === registered) ?? false;
  };
}

/** An IPv6 address may be written in several ways. */
function canonicalAddress(address: string): string {
  return URL.parse(`http://[${address}]`)?.hostname ?? address;
}

/** Reads a certificate's subject in RFC 4514 order. */
export function certificateSubject(certificate: X509Certificate): DistinguishedName {
  const stored = new ParsedCertificate(certificate.raw).subjectName.toJSON();
  return stored
    .toReversed()
    .map((rdn) =>
      Object.entries(rdn).flatMap(([type, values]) =>
        values.map((value) => ({ type: attributeOid(type) ?? type, value })),
      ),
    );
}
