import { checkNames, type KnownNames } from "../checks/known-names.ts";
import type { Clock } from "../time/clock.ts";
import { DAY_MS, HOUR_MS } from "../time/durations.ts";
import {
  type CertificateAuthority,
  type CertificatePair,
  type CertificateRequest,
  issueSelfSigned,
} from "./certificate-authority.ts";

/** What a client certificate is to be like. */
export interface ClientCertificateRequest
  extends Pick<CertificateRequest, "hosts" | "uris" | "emails"> {
  /** Subject as an RFC 4514 name. Default: the agent's registered one, so that it may be used beside the old certificate. */
  readonly subject?: string;
  /** Start of validity, epoch milliseconds. Default: an hour before the mock's time. */
  readonly notBefore?: number;
  /** End of validity, epoch milliseconds; in the past for an expired certificate. Default: in seven days, as SAP's. */
  readonly notAfter?: number;
  /** What the certificate may be used for. Default `clientAuth`. */
  readonly usage?: "clientAuth" | "serverAuth";
  /** Issues it by an authority of the same name that nobody trusts. Default false. */
  readonly rogue?: boolean;
  /** Makes a certificate that nobody issued, for `self_signed_tls_client_auth`. Default false. */
  readonly selfSigned?: boolean;
}

/** Returns a function that issues client certificates, good ones and bad ones. */
export function createClientCertificates(options: {
  readonly authority: CertificateAuthority;
  /** Makes the authority nobody trusts when it is first needed. */
  readonly rogueAuthority: () => Promise<CertificateAuthority>;
  readonly defaultSubject: string;
  readonly clock: Clock;
}): (request?: ClientCertificateRequest) => Promise<CertificatePair> {
  return async (request = {}) => {
    checkNames(request, { start: "Cannot issue a client certificate:", names: REQUEST_NAMES });
    const now = options.clock.now();
    const { rogue, selfSigned, notAfter = now + 7 * DAY_MS, ...names } = request;
    const complete: CertificateRequest = {
      ...names,
      subject: request.subject ?? options.defaultSubject,
      usage: request.usage ?? "clientAuth",
      notBefore: request.notBefore ?? Math.min(now, notAfter) - HOUR_MS,
      notAfter,
    };
    if (selfSigned) return issueSelfSigned(complete);
    return (rogue ? await options.rogueAuthority() : options.authority).issue(complete);
  };
}

const REQUEST_NAMES: KnownNames<ClientCertificateRequest> = {
  subject: true,
  hosts: true,
  uris: true,
  emails: true,
  notBefore: true,
  notAfter: true,
  usage: true,
  rogue: true,
  selfSigned: true,
};
