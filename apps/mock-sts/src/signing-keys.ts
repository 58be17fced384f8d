import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from "jose";

/** The one algorithm this server signs with. */
export const signingAlgorithm = "ES256";

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** The issuer's signing keys: the newest signs, the older ones still verify. */
export interface SigningKeys {
  /** Signs claims as a JWT of a type, with the newest key. */
  sign(claims: JWTPayload, typ: string): Promise<string>;
  /** Finds the public key of an identifier, `undefined` if the issuer never had it. */
  publicKey(kid: string): CryptoKey | undefined;
  /** Makes a new key that signs from now on. */
  rotate(): Promise<void>;
  /** The public keys as a JWK Set. */
  jwks(): { keys: JWK[] };
}

/** Creates an issuer's key ring with one ES256 key. */
export async function createSigningKeys(): Promise<SigningKeys> {
  let current = await generateSigningKey();
  const keys = new Map([[current.kid, current]]);
  return {
    sign: (claims, typ) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: signingAlgorithm, kid: current.kid, typ })
        .sign(current.privateKey),
    publicKey: (kid) => keys.get(kid)?.publicKey,
    async rotate() {
      current = await generateSigningKey();
      keys.set(current.kid, current);
    },
    jwks: () => ({ keys: [...keys.values()].map(({ publicJwk }) => publicJwk) }),
  };
}

async function generateSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(signingAlgorithm);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const publicJwk = { ...jwk, kid, use: "sig", alg: signingAlgorithm };
  return { kid, privateKey, publicKey, publicJwk };
}
