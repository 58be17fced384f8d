import { checkFields, type FieldKinds } from "../checks/fields.ts";
import {
  checkSigningAlgorithm,
  createSigningKeys,
  type SigningAlgorithm,
  type SigningKeys,
} from "./signing-keys.ts";

/** The keys to replace, and the algorithm of the new ones. */
export interface KeyRotation {
  /** The issuer, as its tokens name it. Default: all issuers. */
  readonly issuer?: string;
  /** Algorithm of the new key. Default: that of the previous key. */
  readonly algorithm?: SigningAlgorithm;
}

const ROTATION_NAMES: FieldKinds<KeyRotation> = { issuer: "text", algorithm: "text" };

/** The signing keys of all issuers of a mock. */
export class KeyRings {
  readonly #rings = new Map<string, SigningKeys>();

  /** Makes the keys of an issuer, or keys that several issuers share. */
  create(issuers: readonly string[], algorithm: SigningAlgorithm): SigningKeys {
    const keys = createSigningKeys(algorithm);
    for (const issuer of issuers) this.#rings.set(issuer, keys);
    return keys;
  }

  /** Returns the keys of an issuer; `undefined` if the mock has no such issuer. */
  of(issuer: string): SigningKeys | undefined {
    return this.#rings.get(issuer);
  }

  /** Finds a key of any issuer by its identifier. */
  find(kid: string): ReturnType<SigningKeys["find"]> {
    for (const keys of this.#rings.values()) {
      const found = keys.find(kid);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * Makes new keys that sign from now on.
   *
   * @throws TypeError if there is no such issuer or algorithm.
   */
  async rotate(rotation: KeyRotation = {}): Promise<void> {
    checkFields(rotation, { start: "Cannot rotate keys:", names: ROTATION_NAMES });
    const { issuer, algorithm } = rotation;
    if (algorithm !== undefined) checkSigningAlgorithm(algorithm);
    const chosen = [...this.#rings].filter(([name]) => issuer === undefined || name === issuer);
    if (chosen.length === 0) {
      throw new TypeError(`Cannot rotate keys: unknown issuer ${JSON.stringify(issuer)}`);
    }
    const rings = new Set(chosen.map(([, keys]) => keys));
    await Promise.all([...rings].map((keys) => keys.rotate(algorithm)));
  }
}
