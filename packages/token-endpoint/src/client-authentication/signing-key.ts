import { createPublicKey, KeyObject, randomUUID, type webcrypto } from "node:crypto";
import { identityDigest } from "@agent-oauth/core/internal";
import { type PrivateKeyInput, privateKeyObject, unusableKey } from "./private-key.ts";

/** A private key that is ready to sign. */
export interface SigningKey {
  readonly key: webcrypto.CryptoKey;
  /** JWS name of the algorithm (RFC 7518 §3.1, RFC 8037 §3.1). */
  readonly alg: string;
  /** Tells two keys apart without showing either. */
  readonly digest: string;
  /** Why the digest means nothing in another process, if so. */
  readonly sharing?: string | undefined;
}

/**
 * Makes a private key ready to sign.
 *
 * @param alg default the JWK's own, else the first that fits the key: RS256, ES256, ES384, ES512 or EdDSA.
 * @throws TokenError `ERR_TOKEN_CREDENTIAL` if there is no private key in it, or one that is too weak to sign with.
 * @throws TypeError if `alg` does not fit the key.
 */
export function signingKey(input: PrivateKeyInput, alg: string | undefined): SigningKey {
  if (input instanceof CryptoKey) return fromCryptoKey(input, alg);
  const key = strongEnough(privateKeyObject(input));
  const chosen = fitting(algsOf(key), alg ?? jwkMember(input, "alg"));
  return {
    key: key.toCryptoKey(importAlgorithm(chosen), false, ["sign"]),
    alg: chosen,
    digest: publicDigest(key),
  };
}

/** Reads a member of the key if it is a JWK. */
export function jwkMember(key: PrivateKeyInput, member: "alg" | "kid"): string | undefined {
  const value: unknown = typeof key === "object" && member in key ? Reflect.get(key, member) : "";
  return typeof value === "string" && value !== "" ? value : undefined;
}

function strongEnough(key: KeyObject): KeyObject {
  const { modulusLength = MIN_RSA_BITS } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_RSA_BITS) throw unusableKey(`it has less than ${MIN_RSA_BITS} bits`);
  return key;
}

/** RFC 7518 §3.3. */
const MIN_RSA_BITS = 2048;

const RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: "ES256",
  "P-256": "ES256",
  secp384r1: "ES384",
  "P-384": "ES384",
  secp521r1: "ES512",
  "P-521": "ES512",
};
/** RFC 9864 prefers the second name, servers know the first. */
const ED25519 = ["EdDSA", "Ed25519"];

function algsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly string[] {
  const ec = CURVES[asymmetricKeyDetails?.namedCurve ?? ""];
  if (asymmetricKeyType === "rsa") return RSA;
  if (asymmetricKeyType === "ed25519") return ED25519;
  return ec === undefined ? [] : [ec];
}

function algsOfCryptoKey({ algorithm }: webcrypto.CryptoKey): readonly string[] {
  const { name, hash, namedCurve } = algorithm as {
    name: string;
    hash?: { name: string };
    namedCurve?: string;
  };
  const bits = hash?.name.replace("SHA-", "");
  if (name === "RSASSA-PKCS1-v1_5") return [`RS${bits}`];
  if (name === "RSA-PSS") return [`PS${bits}`];
  if (name === "Ed25519") return ED25519;
  const ec = name === "ECDSA" ? CURVES[namedCurve ?? ""] : undefined;
  return ec === undefined ? [] : [ec];
}

function fromCryptoKey(key: webcrypto.CryptoKey, alg: string | undefined): SigningKey {
  if (key.type !== "private" || !key.usages.includes("sign")) {
    throw unusableKey('it is not a private key with the usage "sign"');
  }
  const chosen = fitting(algsOfCryptoKey(key), alg);
  // Nothing can be told of a key that may not be exported, so each counts as another one.
  const digest = key.extractable ? publicDigest(KeyObject.from(key)) : randomUUID();
  const sharing = key.extractable
    ? undefined
    : "nobody can tell apart keys that may not be exported";
  return { key, alg: chosen, digest, sharing };
}

function fitting(algs: readonly string[], wanted: string | undefined): string {
  const [first] = algs;
  if (first === undefined) throw unusableKey("it is of a kind that signs no JWT here");
  if (wanted === undefined) return first;
  if (algs.includes(wanted)) return wanted;
  throw new TypeError(
    `Cannot authenticate the client: "alg" must be one of ${algs.join(", ")} for this key`,
  );
}

function importAlgorithm(
  alg: string,
): webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams | { name: string } {
  const [kind, bits] = [alg.slice(0, 2), alg.slice(2)];
  if (kind === "RS") return { name: "RSASSA-PKCS1-v1_5", hash: `SHA-${bits}` };
  if (kind === "PS") return { name: "RSA-PSS", hash: `SHA-${bits}` };
  if (kind === "ES") return { name: "ECDSA", namedCurve: bits === "512" ? "P-521" : `P-${bits}` };
  return { name: "Ed25519" };
}

function publicDigest(key: KeyObject): string {
  return identityDigest(createPublicKey(key).export({ type: "spki", format: "pem" }).toString());
}
