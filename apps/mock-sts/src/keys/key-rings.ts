import { checkNames, type KnownNames } from "../checks/known-names.ts";
import {
  checkSigningAlgorithm,
  createSigningKeys,
  type SigningAlgorithm,
  type SigningKeys,
} from "./signing-keys.ts";

/** Whose keys are to be replaced, and by which. */
export interface KeyRotation {
  /** The issuer as its tokens name it. Default: all of them. */
  readonly issuer?: string;
  /** What the new key signs with. Default: as the one before. */
  readonly algorithm?: SigningAlgorithm;
}

const ROTATION_NAMES: KnownNames<KeyRotation> = { issuer: true, algorithm: true };

/** The signing keys of all issuers of a mock. */
export class KeyRings {
  readonly #rings = new Map<string, SigningKeys>();

  /** Makes the keys of an issuer, or those that several share. */
  create(issuers: readonly string[], algorithm: SigningAlgorithm): SigningKeys {
    const keys = createSigningKeys(algorithm);
    for (const issuer of issuers) this.#rings.set(issuer, keys);
    return keys;
  }

  /** Returns the keys of an issuer, `undefined` if it is none of the mock's. */
  of(issuer: string): SigningKeys | undefined {
    return this.#rings.get(issuer);
  }

  /** Finds the key of an identifier, whoever has it. */
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
    checkNames(rotation, { start: "Cannot rotate keys:", names: ROTATION_NAMES });
    const { issuer, algorithm } = rotation;
    if (algorithm !== undefined) checkSigningAlgorithm(algorithm);
    const chosen = [...this.#rings].filter(([name]) => issuer === undefined || name === issuer);
    if (chosen.length === 0) {
      throw new TypeError(`Cannot rotate keys: there is no issuer ${JSON.stringify(issuer)}`);
    }
    const rings = new Set(chosen.map(([, keys]) => keys));
    await Promise.all([...rings].map((keys) => keys.rotate(algorithm)));
  }
}
