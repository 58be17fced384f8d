import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { AuthInfo } from "@modelcontextprotocol/server";
import { createRemoteJWKSet, customFetch, type JWTPayload, jwtVerify } from "jose";
import { Agent, fetch } from "undici";

/** Checks the bearer tokens of requests. */
export interface BearerVerifier {
  /** @throws Error that says what is wrong with the token, or that there is none. */
  verify(request: IncomingMessage): Promise<AuthInfo>;
  close(): Promise<void>;
}

/** Makes a verifier that reads the issuer's keys: signature, issuer, audience, time, type, and the certificate of bound tokens. */
export function createBearerVerifier(options: BearerVerifierOptions): BearerVerifier {
  const { issuer, audience, ca } = options;
  const dispatcher = new Agent({ connect: { ca } });
  const keys = createRemoteJWKSet(new URL(`${issuer}/protocol/openid-connect/certs`), {
    [customFetch]: (url, { headers, method, signal }) =>
      fetch(url, {
        headers: [...headers],
        method,
        signal,
        dispatcher,
      }) as Promise<unknown> as Promise<Response>,
  });
  return {
    async verify(request) {
      const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
      if (token === undefined) throw new Error("no bearer token");
      const { payload } = await jwtVerify(token, keys, { issuer, audience, typ: "at+jwt" });
      checkBinding(payload, request.socket as TLSSocket);
      const { azp, scope } = payload as { azp?: string; scope?: string };
      return { token, clientId: azp ?? "", scopes: scope?.split(" ") ?? [], extra: payload };
    },
    close: () => dispatcher.close(),
  };
}

/** Whose tokens are believed, and for whom they must be. */
export interface BearerVerifierOptions {
  readonly issuer: string;
  readonly audience: string;
  /** PEM of the authority of the issuer's TLS certificate. */
  readonly ca: string;
}

/** A token that is bound to a certificate needs that certificate (RFC 8705 §3). */
function checkBinding({ cnf }: JWTPayload, socket: TLSSocket): void {
  if (cnf === undefined) return;
  const certificate = socket.getPeerX509Certificate();
  const presented = certificate && createHash("sha256").update(certificate.raw).digest("base64url");
  const expected = (cnf as Record<string, unknown>)["x5t#S256"];
  if (presented === undefined || presented !== expected) throw new Error("another certificate");
}
