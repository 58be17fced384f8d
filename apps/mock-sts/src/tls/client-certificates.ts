import { checkFields, type FieldKinds } from "../checks/fields.ts";
import type { Clock } from "../time/clock.ts";
import { DAY_MS, HOUR_MS } from "../time/durations.ts";
import {
  type CertificateAuthority,
  type CertificatePair,
  type CertificateRequest,
  issueSelfSigned,
} from "./certificate-authority.ts";

/** The content of a client certificate. */
export interface ClientCertificateRequest
  extends Pick<CertificateRequest, "hosts" | "uris" | "emails"> {
  /**
   * Subject as an RFC 4514 name. Default: the registered one of the agent; both the new certificate
   * and the old one are valid.
   */
  readonly subject?: string;
  /** Start of validity, epoch milliseconds. Default: an hour before the mock's time. */
  readonly notBefore?: number;
  /**
   * End of validity, epoch milliseconds; in the past for an expired certificate. Default: in seven
   * days, as at SAP.
   */
  readonly notAfter?: number;
  /** What the certificate may be used for. Default `clientAuth`. */
  readonly usage?: "clientAuth" | "serverAuth";
  /** Issues it by an untrusted authority of the same name. Default false. */
  readonly rogue?: boolean;
  /** Makes a self-signed certificate, for `self_signed_tls_client_auth`. Default false. */
  readonly selfSigned?: boolean;
}

/** Returns a function that issues client certificates, good ones and bad ones. */
export function createClientCertificates(options: {
  readonly authority: CertificateAuthority;
  /** Makes the untrusted authority when it is first needed. */
  readonly rogueAuthority: () => Promise<CertificateAuthority>;
  readonly defaultSubject: string;
  readonly clock: Clock;
}): (request?: ClientCertificateRequest) => Promise<CertificatePair> {
  return async (request = {}) => {
    checkFields(request, { start: "Cannot issue a client certificate:", names: REQUEST_NAMES });
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

const REQUEST_NAMES: FieldKinds<ClientCertificateRequest> = {
  subject: "text",
  hosts: "texts",
  uris: "texts",
  emails: "texts",
  notBefore: "number",
  notAfter: "number",
  usage: "text",
  rogue: "flag",
  selfSigned: "flag",
};
