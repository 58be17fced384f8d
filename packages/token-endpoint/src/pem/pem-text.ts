/** Certificates and private keys as their owners have them: PEM text in any layout, or something else, which is then named. */
import { kindOf } from "@agent-oauth/core/internal";
import { LABELS, type PemBlock, pemBlocks } from "./pem-blocks.ts";

/** The canonical PEM texts that were found, or what is wrong, to follow "the certificate", "the key" or "it". */
export type PemVerdict = { readonly texts: readonly [string, ...string[]] } | PemDamage;

/** What is wrong with a text. It shows nothing of the text. */
export interface PemDamage {
  readonly damage: string;
}

/** Reads all certificates of a text, in their order. */
export function pemCertificates(value: unknown): PemVerdict {
  return verdict(value, { labels: ["CERTIFICATE", "X509CERTIFICATE"], wanted: "CERTIFICATE" });
}

/** Reads the private keys of a text, in their order. */
export function pemPrivateKeys(value: unknown): PemVerdict {
  const labels = ["PRIVATEKEY", "RSAPRIVATEKEY", "ECPRIVATEKEY", "ENCRYPTEDPRIVATEKEY"];
  return verdict(value, { labels, wanted: "PRIVATE KEY" });
}

interface Wanted {
  readonly labels: readonly string[];
  /** The label that the message names. */
  readonly wanted: string;
}

function verdict(value: unknown, { labels, wanted }: Wanted): PemVerdict {
  if (typeof value !== "string") return { damage: `must be PEM text, not ${kindOf(value)}` };
  if (value.trim() === "") return { damage: "is empty" };
  const all = pemBlocks(value);
  const blocks = all.filter(({ label }) => labels.includes(label));
  if (blocks.some(({ isEncrypted }) => isEncrypted)) {
    return { damage: "is encrypted; give it decrypted, for example by openssl pkey" };
  }
  if (isUrlEncoded(value)) return { damage: "is URL-encoded; decode it first" };
  const broken = blocks.findIndex(({ damage }) => damage !== undefined);
  const { damage } = blocks[broken] ?? {};
  if (damage !== undefined) {
    const which = blocks.length > 1 ? ` in block ${broken + 1} of ${blocks.length}` : "";
    return { damage: `is damaged${which}: ${damage}` };
  }
  const [first, ...others] = blocks.flatMap(({ text }) => (text === undefined ? [] : [text]));
  if (first !== undefined) return { texts: [first, ...others] };
  return { damage: `is not PEM with a block "${wanted}": ${foundInstead(value.trim(), all)}` };
}

/** Looks at the first line only: text between the blocks may hold anything. */
function isUrlEncoded(text: string): boolean {
  return /%2DBEGIN|-BEGIN(?:%20|\+)|-BEGIN [A-Z0-9 ]{1,40}-----%0[AD]/i.test(text);
}

function foundInstead(text: string, blocks: readonly PemBlock[]): string {
  if (blocks.some(({ label }) => label === "OPENSSHPRIVATEKEY")) {
    return "it is a key of OpenSSH; convert it, for example by ssh-keygen -p -m PKCS8";
  }
  const labels = new Set(blocks.map(({ label }) => LABELS[label] ?? "another one"));
  if (labels.size > 0) return `it has ${[...labels].join(", ")}`;
  if (/^[{[]/.test(text)) return "it is a JSON document";
  if (/^["']*LS0tLS1CRUdJTi/.test(text)) return "it is the base64 of PEM; decode it first";
  if (/-BEGIN|\bBEGIN [A-Z ]+-/.test(text))
    return "its first line must have five hyphens at each end";
  // A file of base64 holds slashes, but is longer than any path.
  const isPath = /^[^\s=]{1,255}$/.test(text) && /[/\\]|\.(?:pem|crt|cer|key|p12|pfx)$/i.test(text);
  if (isPath) return "it looks like the name of a file; give the file's content";
  if (/^[\sA-Za-z0-9+/=]+$/.test(text) && text.length > 255)
    return "its first and last line are missing";
  return "it has no such block";
}
