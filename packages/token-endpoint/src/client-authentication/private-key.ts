/** Private keys as their owners have them, read into a key object of Node. */
import { createPrivateKey, type JsonWebKey, type KeyObject, type webcrypto } from "node:crypto";
import { TokenError } from "@agent-oauth/core";
import { isPlainObject, jsonValue, kindOf } from "@agent-oauth/core/internal";
import { pemPrivateKeys } from "../pem/pem-text.ts";

/**
 * A private key as its owner has it: PEM text (PKCS #8, or the older forms for RSA and EC, not encrypted), a JWK, also as
 * JSON text, or a key of WebCrypto.
 */
export type PrivateKeyInput = string | JsonWebKey | webcrypto.CryptoKey;

/**
 * Parses the JSON text of a JWK. Any other input is returned unchanged.
 *
 * @throws TokenError `ERR_TOKEN_CREDENTIAL` if a text is JSON, or half of it, and no JWK.
 */
export function withParsedJwk(input: PrivateKeyInput): PrivateKeyInput {
  if (typeof input !== "string" || !input.trimStart().startsWith("{")) return input;
  const value = jsonValue(input);
  if (value === undefined) {
    throw unusableKey("it begins as JSON and does not parse; a JWK must be whole");
  }
  if (isPlainObject(value) && "kty" in value) return value as JsonWebKey;
  throw unusableKey(
    isPlainObject(value) && Array.isArray(value.keys)
      ? 'it is a set of keys; give one of its "keys"'
      : 'it is a JSON document and no JWK, which has a member "kty"; give the key alone',
  );
}

/**
 * Reads a private key from PEM text or from a JWK.
 *
 * @throws TokenError `ERR_TOKEN_CREDENTIAL` that says what was found, and shows nothing of it.
 */
export function privateKeyObject(input: string | JsonWebKey): KeyObject {
  return typeof input === "string" ? fromPem(input) : fromJwk(input);
}

/** The error of a key that cannot be used. */
export function unusableKey(reason: string): TokenError {
  return new TokenError(
    "ERR_TOKEN_CREDENTIAL",
    `Cannot authenticate the client: "key" is unusable: ${reason}`,
  );
}

const EXPECTED = "a private key as PEM (PKCS #8) without a password, or a JWK";

function fromPem(text: string): KeyObject {
  const verdict = pemPrivateKeys(text);
  if (!("texts" in verdict)) throw unusableKey(`it ${verdict.damage}; it must be ${EXPECTED}`);
  try {
    return createPrivateKey(verdict.texts[0]);
  } catch {
    // What it says may quote the key.
    throw unusableKey("its PEM block does not parse as a private key");
  }
}

function fromJwk(input: unknown): KeyObject {
  if (!isPlainObject(input)) throw unusableKey(`it must be ${EXPECTED}, not ${kindOf(input)}`);
  try {
    return createPrivateKey({ key: input as JsonWebKey, format: "jwk" });
  } catch {
    throw unusableKey(
      "kty" in input && !("d" in input)
        ? 'it is a JWK without a private part ("d")'
        : "it does not parse as the JWK of a private key",
    );
  }
}
