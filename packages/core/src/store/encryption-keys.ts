import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { checkOptions } from "../options/known-members.ts";
import { textOption } from "../options/option-values.ts";
import { kindOf } from "../options/plain-object.ts";

/** A key that encrypts records. */
export interface EncryptionKey {
  /** Tells the key from the others; it stands in the records, so it is no secret. */
  readonly id: string;
  /** 32 bytes, or their base64 or base64url text, as `openssl rand -base64 32` prints it. */
  readonly key: Uint8Array | string;
}

const KEY_BYTES = 32;
const DOING = "encrypt the store";

/** The keys of a store, checked. */
export interface EncryptionKeys {
  /** Identifier of the key that encrypts. */
  readonly current: string;
  readonly byId: ReadonlyMap<string, KeyObject>;
}

/**
 * Checks the keys of a store. The first one encrypts, all of them decrypt.
 *
 * @throws TypeError that names the key by its place. It never shows the key.
 */
export function checkEncryptionKeys(keys: unknown): EncryptionKeys {
  if (!Array.isArray(keys) || keys.length === 0) {
    throw new TypeError(
      `Cannot ${DOING}: "keys" must be a list of at least one { id, key }, not ${kindOf(keys)}; make a key with "openssl rand -base64 32"`,
    );
  }
  const byId = new Map<string, KeyObject>();
  for (const [at, one] of keys.entries()) {
    const option = `keys[${at}]`;
    checkOptions(one ?? null, {
      doing: DOING,
      what: `"${option}"`,
      member: "member",
      names: MEMBERS,
    });
    const { id, key } = one as EncryptionKey;
    textOption(id, { option: `${option}.id`, doing: DOING });
    if (byId.has(id)) {
      throw new TypeError(
        `Cannot ${DOING}: "${option}.id" is the id of another key; give each key an id of its own`,
      );
    }
    byId.set(id, secretKey(key, `${option}.key`));
  }
  return { current: (keys[0] as EncryptionKey).id, byId };
}

const MEMBERS = { id: true, key: true } as const;

/**
 * Checks the key that hides the names of records.
 *
 * @returns what hides a name: HMAC-SHA-256, in base64url (RFC 2104). A plain digest of an e-mail address is found by trying.
 * @throws TypeError that names the option.
 */
export function nameHider(namesKey: unknown): (name: string) => string {
  const key = secretKey(namesKey, "namesKey");
  return (name) => createHmac("sha256", key).update(name).digest("base64url");
}

function secretKey(key: unknown, option: string): KeyObject {
  const bytes = typeof key === "string" ? decoded(key.trim()) : key;
  if (!(bytes instanceof Uint8Array)) {
    const found = typeof key === "string" ? "a text that is not base64" : kindOf(key);
    throw new TypeError(
      `Cannot ${DOING}: "${option}" must be ${KEY_BYTES} bytes or their base64 text, not ${found}`,
    );
  }
  if (bytes.byteLength !== KEY_BYTES) {
    throw new TypeError(
      `Cannot ${DOING}: "${option}" must have ${KEY_BYTES} bytes, and has ${bytes.byteLength}; make one with "openssl rand -base64 32"`,
    );
  }
  return createSecretKey(bytes);
}

function decoded(text: string): Uint8Array | undefined {
  return /^[\w+/-]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : undefined;
}
