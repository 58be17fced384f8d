import { X509Certificate } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { getCACertificates } from "node:tls";

/** Name of the file for `NODE_EXTRA_CA_CERTS`: the mock's authority, and what the variable named before. */
export const CA_FILE = "ca.pem";

/** Name of the file for variables that replace all trust: it has the usual authorities too. */
export const BUNDLE_FILE = "ca-bundle.pem";

/** The files that an agent's trust is read from. */
export const TRUST_FILES: readonly string[] = [CA_FILE, BUNDLE_FILE];

/** Variables that name a file or a folder of trusted certificates. */
export type TrustVariables = Readonly<
  Partial<Record<"NODE_EXTRA_CA_CERTS" | (typeof REPLACING_VARIABLES)[number], string>>
>;

/** Variables that replace all trust: `requests` reads the third if the second is not set. */
const REPLACING_VARIABLES = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] as const;

/**
 * Makes the files that an agent's trust is read from. What the variables name stays trusted, and so
 * does what was added to the files of an earlier start, which other shells may name: an agent must
 * reach other servers too, also behind a proxy that ends TLS.
 */
export async function trustFiles(
  ca: string,
  { folder, variables }: { readonly folder: string; readonly variables: TrustVariables },
): Promise<TrustFiles> {
  const earlier = await readCertificates(join(folder, CA_FILE));
  const bundled = await readCertificates(join(folder, BUNDLE_FILE));
  return filesOf(ca, {
    // The authority of an earlier start has no key any more. The variables may name it too.
    dropped: [...earlier.slice(0, 1), ...bundled.slice(0, 1)].filter(
      (first) => subjectOf(first) === subjectOf(ca),
    ),
    added: [...earlier, ...(await readCertificates(variables.NODE_EXTRA_CA_CERTS))],
    replacing: [
      ...bundled,
      ...(await readReplacing(variables)),
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
  const [ca, ...earlier] = await readCertificates(join(folder, CA_FILE));
  if (ca === undefined) return undefined;
  return filesOf(ca, {
    dropped: [],
    added: [...earlier, ...(await readCertificates(variables.NODE_EXTRA_CA_CERTS))],
    replacing: [
      ...(await readCertificates(join(folder, BUNDLE_FILE))),
      ...(await readReplacing(variables)),
    ],
  });
}

async function readReplacing(variables: TrustVariables): Promise<readonly string[]> {
  const found = await Promise.all(
    REPLACING_VARIABLES.map((name) => readCertificates(variables[name])),
  );
  return found.flat();
}

/** The two files by their names. */
export type TrustFiles = Readonly<Record<typeof CA_FILE | typeof BUNDLE_FILE, string>>;

interface FoundCertificates {
  readonly dropped: readonly string[];
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
  { others, dropped }: { others: readonly string[]; dropped: readonly string[] },
): string {
  const kept = new Map<string, string>();
  for (const pem of [ca, ...others]) {
    const mark = fingerprintOf(pem);
    if (mark !== undefined && !kept.has(mark)) kept.set(mark, pem);
  }
  for (const lost of dropped.map(fingerprintOf)) {
    if (lost !== undefined && lost !== fingerprintOf(ca)) kept.delete(lost);
  }
  return [...kept.values()].map((pem) => `${pem.trim()}\n`).join("");
}

function fingerprintOf(pem: string): string | undefined {
  return parseCertificate(pem)?.fingerprint256;
}

function subjectOf(pem: string): string | undefined {
  return parseCertificate(pem)?.subject;
}

/** `undefined` for text that is no certificate. */
function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
