import { X509Certificate } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { getCACertificates } from "node:tls";

/** Name of the file for `NODE_EXTRA_CA_CERTS`: the mock's authority, and what the variable named before. */
export const CA_FILE = "ca.pem";

/** Name of the file for variables that replace all trust: it has the usual authorities too. */
export const BUNDLE_FILE = "ca-bundle.pem";

/** Variables that name a file or a folder of trusted certificates. */
export type TrustVariables = Readonly<
  Partial<Record<"NODE_EXTRA_CA_CERTS" | "SSL_CERT_FILE" | "REQUESTS_CA_BUNDLE", string>>
>;

/**
 * Makes the files that an agent's trust is read from. What the variables name stays trusted: an agent
 * must reach other servers too, also behind a proxy that ends TLS.
 */
export async function trustFiles(
  ca: string,
  { folder, variables }: { readonly folder: string; readonly variables: TrustVariables },
): Promise<TrustFiles> {
  const { NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, REQUESTS_CA_BUNDLE } = variables;
  // The variables may name the files of an earlier start, whose authority has no key any more. That
  // of a mock with another folder may be running.
  const [earlier] = await readCertificates(join(folder, CA_FILE));
  return filesOf(ca, {
    dropped: earlier,
    added: await readCertificates(NODE_EXTRA_CA_CERTS),
    replacing: [
      ...(await readCertificates(SSL_CERT_FILE)),
      ...(await readCertificates(REQUESTS_CA_BUNDLE)),
      ...getCACertificates("system"),
      ...getCACertificates("bundled"),
    ],
  });
}

/** Adds what the variables name to the files in a folder; `undefined` if there are none. */
export async function extendedTrustFiles(
  folder: string,
  variables: TrustVariables,
): Promise<TrustFiles | undefined> {
  const { NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, REQUESTS_CA_BUNDLE } = variables;
  const [ca, ...earlier] = await readCertificates(join(folder, CA_FILE));
  if (ca === undefined) return undefined;
  return filesOf(ca, {
    dropped: undefined,
    added: [...earlier, ...(await readCertificates(NODE_EXTRA_CA_CERTS))],
    replacing: [
      ...(await readCertificates(join(folder, BUNDLE_FILE))),
      ...(await readCertificates(SSL_CERT_FILE)),
      ...(await readCertificates(REQUESTS_CA_BUNDLE)),
    ],
  });
}

/** The two files by their names. */
export type TrustFiles = Readonly<Record<typeof CA_FILE | typeof BUNDLE_FILE, string>>;

interface FoundCertificates {
  readonly dropped: string | undefined;
  readonly added: readonly string[];
  readonly replacing: readonly string[];
}

function filesOf(ca: string, { dropped, added, replacing }: FoundCertificates): TrustFiles {
  const join = (others: readonly string[]) => joinCertificates(ca, { others, dropped });
  return { [CA_FILE]: join(added), [BUNDLE_FILE]: join([...added, ...replacing]) };
}

/** Reads the certificates of a file, or of the files of a folder; what cannot be read has none. */
async function readCertificates(path: string | undefined): Promise<readonly string[]> {
  if (path === undefined || path === "") return [];
  try {
    const isFolder = (await stat(path)).isDirectory();
    if (!isFolder) return certificatesOf(await readFile(path, "utf8"));
    const names = await readdir(path);
    const texts = await Promise.all(
      names.map((name) => readFile(join(path, name), "utf8").catch(() => "")),
    );
    return texts.flatMap(certificatesOf);
  } catch {
    return [];
  }
}

function certificatesOf(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

/** Begins with the mock's own authority, and has each certificate once. */
function joinCertificates(
  ca: string,
  { others, dropped }: { others: readonly string[]; dropped: string | undefined },
): string {
  const kept = new Map<string, string>();
  for (const pem of [ca, ...others]) {
    const mark = fingerprintOf(pem);
    if (mark !== undefined && !kept.has(mark)) kept.set(mark, pem);
  }
  const lost = dropped === undefined ? undefined : fingerprintOf(dropped);
  if (lost !== undefined && lost !== fingerprintOf(ca)) kept.delete(lost);
  return [...kept.values()].map((pem) => `${pem.trim()}\n`).join("");
}

/** `undefined` for text that is no certificate. */
function fingerprintOf(pem: string): string | undefined {
  try {
    return new X509Certificate(pem).fingerprint256;
  } catch {
    return undefined;
  }
}
