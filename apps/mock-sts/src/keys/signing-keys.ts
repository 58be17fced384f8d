import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from "jose";

/** Algorithms an issuer may sign with. */
export const signingAlgorithms = ["ES256", "RS256", "PS256", "EdDSA"] as const;

/** An algorithm an issuer may sign with. */
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/**
 * Checks the name of an algorithm.
 *
 * @throws TypeError naming the known algorithms.
 */
export function checkSigningAlgorithm(algorithm: SigningAlgorithm): SigningAlgorithm {
  if (signingAlgorithms.includes(algorithm)) return algorithm;
  const known = signingAlgorithms.join(", ");
  throw new TypeError(
    `Cannot sign tokens: "signingAlgorithm" must be one of ${known}, got ${JSON.stringify(algorithm)}`,
  );
}

interface SigningKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** An issuer's signing keys: the newest signs, the older ones still verify. */
export interface SigningKeys {
  /** Algorithm of the newest key. */
  readonly algorithm: SigningAlgorithm;
  /** Signs claims as a JWT of a type, with the newest key. */
  sign(claims: JWTPayload, typ: string): Promise<string>;
  /** Finds a key by its identifier; `undefined` if the issuer never had it. */
  find(kid: string): Pick<SigningKey, "algorithm" | "publicKey"> | undefined;
  /** Makes a new key that signs from now on. Default algorithm: that of the previous key. */
  rotate(algorithm?: SigningAlgorithm): Promise<void>;
  /** The public keys as a JWK Set. */
  jwks(): Promise<{ keys: JWK[] }>;
}

/** Creates an issuer's key ring. Its first key is made when it is first needed: RSA keys take their time. */
export function createSigningKeys(first: SigningAlgorithm = "ES256"): SigningKeys {
  const keys = new Map<string, SigningKey>();
  let algorithm = first;
  let current: Promise<SigningKey> | undefined;
  const add = (next: SigningAlgorithm) =>
    generateSigningKey(next).then((key) => {
      keys.set(key.kid, key);
      return key;
    });
  const newest = () => {
    current ??= add(algorithm);
    return current;
  };
  return {
    get algorithm() {
      return algorithm;
    },
    async sign(claims, typ) {
      const { kid, algorithm: alg, privateKey } = await newest();
      return new SignJWT(claims).setProtectedHeader({ alg, kid, typ }).sign(privateKey);
    },
    find: (kid) => keys.get(kid),
    async rotate(next = algorithm) {
      // After a rotation, the JWK Set has two keys, even if the first key was never used.
      await newest();
      algorithm = next;
      current = add(next);
      await current;
    },
    async jwks() {
      await newest();
      return { keys: [...keys.values()].map(({ publicJwk }) => publicJwk) };
    },
  };
}

async function generateSigningKey(algorithm: SigningAlgorithm): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const publicJwk = { ...jwk, kid, use: "sig", alg: algorithm };
  return { kid, algorithm, privateKey, publicKey, publicJwk };
}
