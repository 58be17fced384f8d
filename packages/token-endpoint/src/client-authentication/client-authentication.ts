import { identityDigest, textOption } from "@agent-oauth/core/internal";
import {
  ClientSecretPost,
  None,
  type ClientAuth as RequestAuthentication,
  TlsClientAuth,
} from "oauth4webapi";
import { purposeAdvice } from "../http/certificate-purpose.ts";
import {
  type ClientCertificate,
  currentPair,
  isClientCertificate,
} from "../http/client-certificate.ts";

/** How a client proves to the token endpoint who it is; made by one of the functions here or by `privateKeyJwt`. */
export interface ClientAuthentication {
  /** The method's registered name (`token_endpoint_auth_method`, RFC 7591 §2). */
  readonly method:
    | "none"
    | "client_secret_post"
    | "client_secret_basic"
    | "tls_client_auth"
    | "private_key_jwt";
  /** Puts the client's identifier, and its secret or assertion where it has one, into a request. It is called for each try. */
  readonly authenticate: RequestAuthentication;
  /** A digest of the secret, or of the public part of the private key: tells two apart in a source's identity without showing either. */
  readonly secretDigest?: string;
  /** Why the identity means nothing in another process, if so. */
  readonly sharing?: string;
  /** The certificate that connections present. */
  readonly certificate?: ClientCertificate;
  /** Whether it sends an assertion that is good wherever the server's issuer is. */
  readonly addressesIssuer?: boolean;
  /** Says what to check if a server refuses the client (`invalid_client`). It shows no secret. */
  readonly refusalAdvice?: (clientId: string | undefined) => string;
}

/**
 * Makes a public client: its identifier, where it has one, is in the form, and it proves nothing.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2.1 RFC 6749 §3.2.1}
 */
export function noClientAuthentication(): ClientAuthentication {
  return Object.freeze<ClientAuthentication>({
    method: "none",
    authenticate: None(),
    refusalAdvice: (clientId) =>
      `${clientId === undefined ? 'give "clientId"' : 'check "clientId"'}; the server may want the client to authenticate, by a secret, a key or a certificate`,
  });
}

/**
 * Sends the client's secret in the form.
 *
 * @throws TypeError if the secret is blank.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 RFC 6749 §2.3.1}
 */
export function clientSecretPost(secret: string): ClientAuthentication {
  return Object.freeze({
    method: "client_secret_post",
    secretDigest: secretDigest(secret),
    authenticate: ClientSecretPost(secret),
    refusalAdvice: () =>
      `${CHECK_SECRET}; some servers take it in the header only: clientSecretBasic`,
  });
}

const CHECK_SECRET = 'check "clientId" and the secret';

/**
 * Sends the client's secret in the Authorization header, form-encoded before base64. What need not be encoded is not:
 * identifiers and secrets of letters, digits and `-`, `_`, `.` also reach servers that do not decode.
 *
 * @throws TypeError if the secret is blank.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 RFC 6749 §2.3.1 and appendix B}
 */
export function clientSecretBasic(secret: string): ClientAuthentication {
  return Object.freeze<ClientAuthentication>({
    method: "client_secret_basic",
    secretDigest: secretDigest(secret),
    authenticate: (_server, { client_id }, _form, headers) => {
      const credentials = `${formEncoded(client_id)}:${formEncoded(secret)}`;
      headers.set("authorization", `Basic ${btoa(credentials)}`);
    },
    refusalAdvice: (clientId = "") => {
      const isEncoded = [clientId, secret].some((text) => formEncoded(text) !== text);
      return isEncoded
        ? `${CHECK_SECRET}; one of them has characters that are encoded in the header, which some servers do not decode: try clientSecretPost`
        : CHECK_SECRET;
    },
  });
}

/**
 * Presents a certificate in the TLS handshake; the client's identifier is in the form. Tokens got so carry the
 * certificate's thumbprint as their `confirmation`.
 *
 * @throws TypeError if the certificate was not made by `createClientCertificate`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-2.1 RFC 8705 §2.1}
 */
export function tlsClientAuth(certificate: ClientCertificate): ClientAuthentication {
  if (!isClientCertificate(certificate)) {
    throw new TypeError(
      'Cannot authenticate the client: "certificate" must be made by createClientCertificate',
    );
  }
  return Object.freeze<ClientAuthentication>({
    method: "tls_client_auth",
    authenticate: TlsClientAuth(),
    certificate,
    refusalAdvice: () =>
      `check "clientId" and that the server knows this certificate as the client's; servers with endpoints of their own for certificates (mtls_endpoint_aliases) take it only there${purposeAdvice(currentPair(certificate).certificate)}`,
  });
}

function secretDigest(secret: unknown): string {
  return identityDigest(textOption(secret, { option: "secret", doing: "authenticate the client" }));
}

/** `application/x-www-form-urlencoded`, of a value alone. */
function formEncoded(value: string): string {
  return new URLSearchParams({ "": value }).toString().slice("=".length);
}
