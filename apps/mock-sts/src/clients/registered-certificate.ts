import type { X509Certificate } from "node:crypto";
import { calculateJwkThumbprint, type JSONWebKeySet, type JWK } from "jose";

/**
 * Tells whether a certificate is one of those in a client's JWK Set: the certificate itself where
 * the set holds it (`x5c`), else its key.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-2.2 RFC 8705 §2.2}
 */
export async function isRegisteredCertificate(
  certificate: X509Certificate,
  { keys }: JSONWebKeySet,
): Promise<boolean> {
  const thumbprint = await calculateJwkThumbprint(
    certificate.publicKey.export({ format: "jwk" }) as JWK,
  );
  const matches = await Promise.all(
    keys.map(async (jwk) => {
      const [own] = jwk.x5c ?? [];
      if (own !== undefined) return Buffer.from(own, "base64").equals(certificate.raw);
      return (await calculateJwkThumbprint(jwk)) === thumbprint;
    }),
  );
  return matches.includes(true);
}
