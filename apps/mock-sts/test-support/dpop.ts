import { createHash, randomUUID } from "node:crypto";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from "jose";

/** The claims of a proof; `undefined` removes a claim. */
export interface DpopProof {
  readonly method?: string;
  readonly url: string;
  readonly token?: string;
  readonly nonce?: string | undefined;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Signs with this one in place of the key in the header. */
  readonly key?: CryptoKey;
}

/** A client's key, written with jose only. */
export interface DpopKey {
  readonly thumbprint: string;
  readonly privateKey: CryptoKey;
  prove(proof: DpopProof): Promise<string>;
}

export async function createDpopKey(alg = "ES256"): Promise<DpopKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return {
    thumbprint: await calculateJwkThumbprint(jwk),
    privateKey,
    prove({ method = "POST", url, token, nonce, claims, header, key = privateKey }) {
      const payload = {
        htm: method,
        htu: url,
        jti: randomUUID(),
        nonce,
        iat: Math.floor(Date.now() / 1000),
        ath: token && createHash("sha256").update(token).digest("base64url"),
        ...claims,
      };
      const protectedHeader = { alg, typ: "dpop+jwt", jwk, ...header };
      return new SignJWT(JSON.parse(JSON.stringify(payload)))
        .setProtectedHeader(protectedHeader)
        .sign(key);
    },
  };
}
