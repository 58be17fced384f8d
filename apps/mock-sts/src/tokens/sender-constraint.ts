import type { Client } from "../clients/clients.ts";
import { certificateThumbprint } from "../oauth/fingerprint.ts";
import { invalidRequest, OAuthError } from "../oauth/oauth-error.ts";
import type { Confirmation } from "./confirmation.ts";
import { DpopError, type DpopVerifier } from "./dpop.ts";
import type { TokenRequest } from "./oauth-endpoint.ts";

/**
 * Finds what the tokens of a request are to be bound to; `undefined` for bearer tokens.
 *
 * @throws OAuthError `invalid_dpop_proof`, `use_dpop_nonce`, or `invalid_request` for two bindings
 *   where the client is registered for one.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-5 RFC 9449 §5}
 */
export async function confirmationOf(
  request: TokenRequest,
  { client, dpop }: { client: Client; dpop: DpopVerifier },
): Promise<Confirmation | undefined> {
  const { certificate } = request;
  const jkt = await provenKey(request, { client, dpop });
  const isBound = client.certificateBoundTokens && certificate !== undefined;
  const thumbprint = isBound ? certificateThumbprint(certificate.raw) : undefined;
  if (jkt !== undefined && thumbprint !== undefined && !client.dpopBoundTokens) {
    throw invalidRequest("the client's tokens are bound to its certificate");
  }
  if (jkt === undefined && thumbprint === undefined) return undefined;
  return {
    ...(thumbprint !== undefined && { "x5t#S256": thumbprint }),
    ...(jkt !== undefined && { jkt }),
  };
}

/** Lists what a request proves: the certificate of its connection, and the key of its proof. */
export function provenBy(
  { certificate }: TokenRequest,
  confirmation: Confirmation | undefined,
): Confirmation {
  return {
    ...(certificate !== undefined && { "x5t#S256": certificateThumbprint(certificate.raw) }),
    ...(confirmation?.jkt !== undefined && { jkt: confirmation.jkt }),
  };
}

async function provenKey(
  { dpop: proof, method, url }: TokenRequest,
  { client, dpop }: { client: Client; dpop: DpopVerifier },
): Promise<string | undefined> {
  if (proof === undefined) {
    if (!client.dpopBoundTokens) return undefined;
    throw new OAuthError("invalid_dpop_proof", "the client's tokens are bound to a key: no proof");
  }
  try {
    return await dpop.verify(proof, { method, url });
  } catch (error) {
    if (!(error instanceof DpopError)) throw error;
    throw new OAuthError(error.code, error.message, { headers: dpop.nonceHeaders() });
  }
}
