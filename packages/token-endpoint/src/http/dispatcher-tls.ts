/** What a dispatcher needs for its TLS connections. It holds a private key: show it nowhere. */
export interface DispatcherTls {
  /** PEM chain to present, if the client authenticates by certificate. */
  readonly certificate?: string;
  /** PEM key of the certificate. */
  readonly key?: string;
  /** PEM certificates trusted in place of Node's. */
  readonly ca?: string[];
  /** Limit of connecting with its TLS handshake, in milliseconds. */
  readonly connectTimeoutMs: number;
}
