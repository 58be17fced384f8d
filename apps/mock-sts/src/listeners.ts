import { isIP } from "node:net";
import type { CertificateAuthority } from "./certificate-authority.ts";
import { type Listener, startListener } from "./listener.ts";
import type { ResolvedOptions } from "./options.ts";

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

/** Life of the servers' own certificate, in milliseconds: a year each way, so that a moved clock finds it valid. */
const yearMs = 31_536_000_000;

/** Starts both servers under one certificate for `localhost`, the loopback address and the bound one. */
export async function startListeners(
  { host, port, gatewayPort, insecureHttp }: ResolvedOptions,
  authority: CertificateAuthority,
  onHandshake: () => void,
): Promise<Listeners> {
  const identity = await authority.issue({
    subject: "CN=localhost,O=Mock STS",
    usage: "serverAuth",
    hosts: [...new Set(["localhost", "127.0.0.1", ...(isIP(host) === 0 ? [] : [host])])],
    notBefore: Date.now() - 3_600_000,
    notAfter: Date.now() + yearMs,
  });
  const tls = { identity, clientAuthority: authority.certificate, onHandshake };
  const common = { host, tls: insecureHttp ? undefined : tls };
  const scheme = insecureHttp ? "http" : "https";
  const tokenServer = await startListener({ ...common, port });
  try {
    const gateway = await startListener({ ...common, port: gatewayPort });
    return {
      ...{ tokenServer, gateway },
      url: `${scheme}://localhost:${tokenServer.port}`,
      gatewayUrl: `${scheme}://localhost:${gateway.port}`,
      close: async () => void (await Promise.all([tokenServer.close(), gateway.close()])),
    };
  } catch (error) {
    await tokenServer.close();
    throw error;
  }
}
