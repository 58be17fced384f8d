import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { redactedCause, TokenError } from "@agent-oauth/core";
import { checkOptions, type OptionNames } from "@agent-oauth/core/internal";
import { type PemVerdict, pemCertificates, pemPrivateKeys } from "../pem/pem-text.ts";

/** A client certificate with its key, as PEM text in memory. */
export interface ClientCertificatePair {
  /** The certificate and, after it, the intermediate certificates of its chain. */
  readonly certificate: string;
  /** Its private key, unencrypted: PKCS #8, or the older forms for RSA and EC. */
  readonly key: string;
}

/** A pair that parses, matches and is valid, with what is derived from its leaf. */
export interface CheckedPair extends ClientCertificatePair {
  readonly thumbprint: string;
  readonly expiresAt: number;
}

const NAMES: OptionNames<ClientCertificatePair> = { certificate: true, key: true };
const KEY_TYPES = ["rsa", "rsa-pss", "ec", "ed25519"];

/**
 * Checks that a pair can be presented now, and brings its text into one form: only the certificates and the key, each with
 * the line breaks of PEM.
 *
 * @throws TypeError if it is not a plain object, or has other members.
 * @throws TokenError `ERR_TOKEN_CREDENTIAL` saying which half is wrong and why.
 */
export function checkPair(pair: ClientCertificatePair, now: number): CheckedPair {
  checkOptions(pair, { doing: "use the client certificate", names: NAMES, what: "the pair" });
  const chain = usableTexts("certificate", pemCertificates(pair?.certificate));
  const [key] = usableTexts("key", pemPrivateKeys(pair?.key));
  const certificate = chain.join("");
  const leaf = parseLeaf(chain);
  checkKey(parseKey(key), leaf);
  checkUsable(certificate, key);
  const startsAt = leaf.validFromDate.getTime();
  const expiresAt = leaf.validToDate.getTime();
  if (now >= expiresAt) throw unusable(`the certificate expired at ${iso(expiresAt)}`);
  if (now < startsAt) throw unusable(`the certificate is not valid before ${iso(startsAt)}`);
  const thumbprint = Buffer.from(leaf.fingerprint256.replaceAll(":", ""), "hex").toString(
    "base64url",
  );
  return Object.freeze({ certificate, key, thumbprint, expiresAt });
}

function usableTexts(half: keyof ClientCertificatePair, verdict: PemVerdict) {
  if ("texts" in verdict) return verdict.texts;
  throw unusable(`the ${half} ${verdict.damage}`);
}

function parseLeaf([leaf, ...issuers]: readonly [string, ...string[]]): X509Certificate {
  try {
    for (const issuer of issuers) new X509Certificate(issuer);
    return new X509Certificate(leaf);
  } catch (error) {
    throw unusable("the certificate does not parse", error);
  }
}

function parseKey(text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    throw unusable("the key does not parse", error);
  }
}

function checkKey(key: KeyObject, leaf: X509Certificate): void {
  if (!KEY_TYPES.includes(key.asymmetricKeyType ?? "")) {
    throw unusable(
      `a ${key.asymmetricKeyType} key cannot authenticate a client; use EC, RSA or Ed25519`,
    );
  }
  if (!leaf.checkPrivateKey(key)) {
    throw unusable(
      "the key does not match the certificate; the leaf must be the chain's first certificate",
    );
  }
}

/** OpenSSL refuses more than does not parse, such as keys too short; better here than in each connection. */
function checkUsable(cert: string, key: string): void {
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw unusable("TLS does not accept it, perhaps as its key or signature is too weak", error);
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function unusable(reason: string, error?: unknown): TokenError {
  return new TokenError("ERR_TOKEN_CREDENTIAL", `Cannot use the client certificate: ${reason}`, {
    cause: redactedCause(error),
  });
}
