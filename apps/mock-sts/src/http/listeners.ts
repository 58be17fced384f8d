import { isIP } from "node:net";
import type { ResolvedOptions } from "../options/options.ts";
import type { RecordedRequest } from "../recording/recorded-request.ts";
import { HOUR_MS, YEAR_MS } from "../time/durations.ts";
import type { CertificateAuthority } from "../tls/certificate-authority.ts";
import { type Listener, type ListenerTls, startListener } from "./listener.ts";

/** The two servers of a mock. */
export interface Listeners {
  readonly tokenServer: Listener;
  readonly gateway: Listener;
  /** Origin of the token server. */
  readonly url: string;
  /** Origin of the gateway. */
  readonly gatewayUrl: string;
  close(): Promise<void>;
}

/** The observers of the TLS handshakes. */
export interface Handshakes {
  /** Called once per TLS connection. */
  readonly onHandshake: () => void;
  /** Tells whether to refuse the next connection to a listener. */
  readonly refusesHandshake: (listener: RecordedRequest["listener"]) => boolean;
}

/** Starts both servers under one certificate for `localhost`, the loopback address and the bound one. */
export async function startListeners(
  { host, port, gatewayPort, insecureHttp }: ResolvedOptions,
  authority: CertificateAuthority,
  handshakes: Handshakes,
): Promise<Listeners> {
  const identity = await authority.issue({
    subject: "CN=localhost,O=Mock STS",
    usage: "serverAuth",
    hosts: [...new Set(["localhost", "127.0.0.1", ...(isIP(host) === 0 ? [] : [host])])],
    notBefore: Date.now() - HOUR_MS,
    notAfter: Date.now() + YEAR_MS,
  });
  const tls = (listener: RecordedRequest["listener"]): ListenerTls => ({
    identity,
    clientAuthority: authority.certificate,
    onHandshake: handshakes.onHandshake,
    refusesHandshake: () => handshakes.refusesHandshake(listener),
  });
  const start = (listener: RecordedRequest["listener"], onPort: number) =>
    startListener({ host, port: onPort, tls: insecureHttp ? undefined : tls(listener) });
  const scheme = insecureHttp ? "http" : "https";
  const tokenServer = await start("token-server", port);
  try {
    const gateway = await start("gateway", gatewayPort);
    return {
      tokenServer,
      gateway,
      url: `${scheme}://localhost:${tokenServer.port}`,
      gatewayUrl: `${scheme}://localhost:${gateway.port}`,
      close: async () => void (await Promise.all([tokenServer.close(), gateway.close()])),
    };
  } catch (error) {
    await tokenServer.close();
    throw error;
  }
}
