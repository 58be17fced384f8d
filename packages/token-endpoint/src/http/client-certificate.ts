import { type Clock, systemClock } from "@agent-oauth/core";
import { checkOptions } from "@agent-oauth/core/internal";
import { type CheckedPair, type ClientCertificatePair, checkPair } from "./certificate-pair.ts";

/**
 * A certificate and its private key that can be replaced while requests run. The key stays in memory and is shown
 * nowhere: not by inspect, JSON or spread.
 */
export interface ClientCertificate {
  /** SHA-256 of the DER leaf certificate in base64url, `x5t#S256` (RFC 8705 §3.1). */
  readonly thumbprint: string;
  /** When the leaf certificate expires, in epoch milliseconds. */
  readonly expiresAt: number;
  /**
   * Takes a new pair into use: connections made from now on present it. A pair that cannot be used is refused and the
   * old one is kept.
   *
   * @returns false if it is the pair already in use.
   * @throws TokenError `ERR_TOKEN_CREDENTIAL` if the pair does not parse, does not match, or is not valid now.
   */
  replace(pair: ClientCertificatePair): boolean;
}

/**
 * Makes a client certificate for `tlsClientAuth` from a PEM chain, leaf first, and its unencrypted PEM key (EC, RSA or
 * Ed25519).
 *
 * @example
 * ```ts
 * const certificate = createClientCertificate({ certificate: certificatePem, key: privateKeyPem });
 * ```
 * @throws TokenError `ERR_TOKEN_CREDENTIAL` if the pair does not parse, does not match, or is not valid now.
 * @throws TypeError if a name in the pair or the options is unknown.
 */
export function createClientCertificate(
  pair: ClientCertificatePair,
  options: { clock?: Clock } = {},
): ClientCertificate {
  checkOptions(options, { doing: "use the client certificate", names: { clock: true } });
  const { clock = systemClock } = options;
  return new ReplaceableCertificate(pair, clock);
}

/** Tells whether this copy of the package made the certificate, so that its key can be had. */
export function isClientCertificate(value: unknown): value is ClientCertificate {
  return typeof value === "object" && value !== null && ReplaceableCertificate.made(value);
}

/** Returns the pair in use: the same object until it is replaced. */
export function currentPair(certificate: ClientCertificate): CheckedPair {
  return ReplaceableCertificate.pairOf(certificate as ReplaceableCertificate);
}

class ReplaceableCertificate implements ClientCertificate {
  readonly #clock: Clock;
  #pair: CheckedPair;

  static made(value: object): boolean {
    return #pair in value;
  }

  static pairOf(certificate: ReplaceableCertificate): CheckedPair {
    return certificate.#pair;
  }

  constructor(pair: ClientCertificatePair, clock: Clock) {
    this.#clock = clock;
    this.#pair = checkPair(pair, clock.now());
  }

  get thumbprint(): string {
    return this.#pair.thumbprint;
  }

  get expiresAt(): number {
    return this.#pair.expiresAt;
  }

  replace(pair: ClientCertificatePair): boolean {
    const checked = checkPair(pair, this.#clock.now());
    const { certificate, key } = this.#pair;
    if (checked.certificate === certificate && checked.key === key) return false;
    this.#pair = checked;
    return true;
  }

  /** What logs show: never the key. */
  [Symbol.for("nodejs.util.inspect.custom")](): object {
    return { thumbprint: this.thumbprint, expiresAt: this.expiresAt };
  }
}
