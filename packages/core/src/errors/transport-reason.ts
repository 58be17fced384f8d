/** What is said of a failed connection: one code and one wording for all packages. */

import type { ConnectionFailure, ConnectionFailureKind } from "./connection-failure.ts";
import type { TokenErrorCode } from "./token-error.ts";

const CODES: Readonly<Record<ConnectionFailureKind, TokenErrorCode>> = {
  unreachable: "ERR_TOKEN_NETWORK",
  broken: "ERR_TOKEN_NETWORK",
  timeout: "ERR_TOKEN_TIMEOUT",
  untrusted: "ERR_TOKEN_TLS",
  refused: "ERR_TOKEN_TLS",
  "closed-on-certificate": "ERR_TOKEN_TLS",
  interrupted: "ERR_TOKEN_NETWORK",
  "no-tls": "ERR_TOKEN_TLS",
  handshake: "ERR_TOKEN_TLS",
  "no-http": "ERR_TOKEN_RESPONSE",
};

/** Returns the code of a token error for a found. */
export function transportErrorCode({ kind }: Pick<ConnectionFailure, "kind">): TokenErrorCode {
  return CODES[kind];
}

/** Says what happened and what to do about it. It completes "Cannot …: ". */
export function transportReason({ kind, code }: Pick<ConnectionFailure, "kind" | "code">): string {
  const named = code === undefined ? "" : ` (${code})`;
  switch (kind) {
    case "untrusted":
      return untrustedReason(code);
    case "no-tls":
      return "the server does not speak TLS there; check host and port";
    case "no-http":
      return "what the server sent is not HTTP; check host and port";
    case "handshake":
      return `the TLS handshake failed${named}`;
    case "refused":
      return `the server refused the TLS connection${named}`;
    case "closed-on-certificate":
      return "the server asked for a client certificate and closed the connection";
    case "interrupted":
      // A load balancer without a server behind it does so: it says nothing of a certificate.
      return `the connection broke in the TLS handshake${named}; check that a server runs behind host and port`;
    case "timeout":
      return `the server did not answer in time${named}`;
    case "broken":
      return `the connection broke${named}`;
    case "unreachable":
      return unreachableReason(code);
  }
}

function untrustedReason(code: string | undefined): string {
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return "the server's certificate has expired";
    case "CERT_NOT_YET_VALID":
      return "the server's certificate is not valid yet; check the clock";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
    case "HOSTNAME_MISMATCH":
      return "the server's certificate is for another host; check the host of the URL";
  }
  return `the server's certificate is not trusted (${code}); if a private authority issued it, give that authority's certificate in the option "ca" or in the file that NODE_EXTRA_CA_CERTS names`;
}

function unreachableReason(code: string | undefined): string {
  if (code === "ENOTFOUND") return "its host is unknown (ENOTFOUND); check the URL";
  if (code === "ECONNREFUSED") return "nothing listens there (ECONNREFUSED); check host and port";
  return `no connection could be made (${code})`;
}
