/** The blocks of a PEM text (RFC 7468), each in one canonical form, whatever became of the line breaks of the text. */

/** One block, such as a certificate. */
export interface PemBlock {
  /** Its label without spaces, such as `RSAPRIVATEKEY`. */
  readonly label: string;
  /** The canonical text; `undefined` if the block is damaged. */
  readonly text: string | undefined;
  /** Says what is wrong with the block. */
  readonly damage: string | undefined;
  readonly isEncrypted: boolean;
}

/**
 * Reads the blocks of a PEM text. Line breaks may be real ones, escaped (`\n`), spaces, or missing, also between the end of
 * one block and the begin of the next one. Text between the blocks is ignored.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7468#section-2 RFC 7468 §2}
 */
export function pemBlocks(text: string): readonly PemBlock[] {
  const [, ...parts] = withoutLineBreaks(text).split("-----BEGIN");
  return parts.map(pemBlock);
}

/** No character of PEM needs white space, so all of it goes, and each escape that stands for some. */
function withoutLineBreaks(text: string): string {
  return text
    .replace(/\\+(?:[rnt]|u000[ad]|(?=\s|$))/gi, "")
    .replace(/\\+\//g, "/")
    .replace(/\s+/g, "");
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

function pemBlock(part: string): PemBlock {
  const at = part.indexOf("-----");
  const label = /^[A-Z0-9]{1,40}$/.exec(part.slice(0, at))?.[0] ?? "";
  const rest = part.slice(at + "-----".length);
  const end = rest.indexOf(`-----END${label}-----`);
  const body = rest.slice(0, end);
  const isEncrypted = label === "ENCRYPTEDPRIVATEKEY" || /^Proc-Type:.*ENCRYPTED/.test(body);
  const damage = at < 0 || label === "" ? "its first line is cut off" : damageOf(body, end);
  const block = { label, damage: isEncrypted ? undefined : damage, isEncrypted };
  return { ...block, text: block.damage === undefined ? canonical(label, body) : undefined };
}

function damageOf(body: string, end: number): string | undefined {
  if (end < 0) return "it is cut off: its END line is missing, or is for another block";
  if (body === "") return "there is nothing between its first and last line";
  if (!BASE64.test(body)) return "between its first and last line stands more than base64";
  return body.length % 4 === 0 ? undefined : "its base64 is incomplete: characters are missing";
}

function canonical(label: string, body: string): string {
  const name = LABELS[label] ?? label;
  const lines = body.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${name}-----`, ...lines, `-----END ${name}-----`, ""].join("\n");
}

/** Labels with their spaces, which are lost where all white space is. `X509 CERTIFICATE` is an older name of the same. */
export const LABELS: Readonly<Record<string, string>> = {
  CERTIFICATE: "CERTIFICATE",
  X509CERTIFICATE: "CERTIFICATE",
  TRUSTEDCERTIFICATE: "TRUSTED CERTIFICATE",
  CERTIFICATEREQUEST: "CERTIFICATE REQUEST",
  NEWCERTIFICATEREQUEST: "NEW CERTIFICATE REQUEST",
  PUBLICKEY: "PUBLIC KEY",
  RSAPUBLICKEY: "RSA PUBLIC KEY",
  PRIVATEKEY: "PRIVATE KEY",
  RSAPRIVATEKEY: "RSA PRIVATE KEY",
  ECPRIVATEKEY: "EC PRIVATE KEY",
  ENCRYPTEDPRIVATEKEY: "ENCRYPTED PRIVATE KEY",
  OPENSSHPRIVATEKEY: "OPENSSH PRIVATE KEY",
  ECPARAMETERS: "EC PARAMETERS",
};
