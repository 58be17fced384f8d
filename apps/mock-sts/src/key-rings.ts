import { checkSigningAlgorithm, type SigningAlgorithm, type SigningKeys } from "./signing-keys.ts";

/** Whose keys are to be replaced, and by which. */
export interface KeyRotation {
  /** The issuer as its tokens name it. Default: all of them. */
  readonly issuer?: string;
  /** What the new key signs with. Default: as the one before. */
  readonly algorithm?: SigningAlgorithm;
}

/** The keys of all issuers of a mock. */
export interface KeyRings {
  /** @throws TypeError if there is no such issuer or algorithm. */
  rotate(rotation?: KeyRotation): Promise<void>;
}

/** Gathers the keys of issuers; several may share theirs. */
export function createKeyRings(
  issuers: readonly { readonly issuer: string; readonly keys: SigningKeys }[],
): KeyRings {
  return {
    async rotate({ issuer, algorithm } = {}) {
      if (algorithm !== undefined) checkSigningAlgorithm(algorithm);
      const chosen = issuers.filter((it) => issuer === undefined || it.issuer === issuer);
      if (chosen.length === 0) {
        throw new TypeError(`Cannot rotate keys: there is no issuer ${JSON.stringify(issuer)}`);
      }
      const rings = new Set(chosen.map(({ keys }) => keys));
      await Promise.all([...rings].map((keys) => keys.rotate(algorithm)));
    },
  };
}
