import { X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCertificateAuthority } from "../../tls/certificate-authority.ts";
import { writeBindingFiles } from "./binding-files.ts";
import { printedEnvironment } from "./print-environment.ts";
import { trustFiles } from "./trust-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mock-sts-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const authority = async (name: string) =>
  (await createCertificateAuthority(`CN=${name}`)).certificate;
const parsed = (text: string) =>
  (text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (pem) => new X509Certificate(pem),
  );
const certificates = (text: string) =>
  parsed(text).map(({ subject }) => subject.replace(/^.*CN=/s, ""));
const fingerprints = (text: string) => parsed(text).map(({ fingerprint256 }) => fingerprint256);

async function write(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

describe("trustFiles", () => {
  it("begin with the mock's authority, and the bundle has the usual ones too", async () => {
    const files = await trustFiles(await authority("mock"), { folder, variables: {} });
    expect(certificates(files["ca.pem"])).toEqual(["mock"]);
    expect(certificates(files["ca-bundle.pem"])[0]).toBe("mock");
    const trusted = fingerprints(files["ca-bundle.pem"]);
    expect(trusted).toEqual(expect.arrayContaining(fingerprints(rootCertificates.join("\n"))));
    expect(new Set(trusted).size).toBe(trusted.length);
  });

  it("keep what the variables named before, each where it was trusted", async () => {
    const proxy = await authority("proxy");
    const [a, b, c] = await Promise.all(["a", "b", "c"].map(authority));
    const store = join(folder, "store");
    await mkdir(join(store, "deeper"), { recursive: true });
    await writeFile(join(store, "1.pem"), `${c}\n${b}`);
    await writeFile(join(store, "readme"), "no certificate");
    const variables = {
      NODE_EXTRA_CA_CERTS: await write("extra.pem", `# the proxy\r\n${proxy}\r\n`),
      SSL_CERT_FILE: await write("file.pem", `${a}${b}`),
      REQUESTS_CA_BUNDLE: store,
      CURL_CA_BUNDLE: await write("curl.pem", await authority("d")),
    };
    const files = await trustFiles(await authority("mock"), { folder, variables });
    expect(certificates(files["ca.pem"])).toEqual(["mock", "proxy"]);
    expect(certificates(files["ca-bundle.pem"]).slice(0, 6)).toEqual([
      "mock",
      "proxy",
      "a",
      "b",
      "c",
      "d",
    ]);
    expect(certificates(files["ca-bundle.pem"]).length).toBeGreaterThan(100);
  });

  it("hold each certificate once, and no authority of an earlier start in the folder", async () => {
    const [old = "", mock = "", other = "", proxy = ""] = await Promise.all(
      ["mock", "mock", "mock", "proxy"].map(authority),
    );
    const earlier = await write("ca.pem", `${old}${other}${proxy}${proxy}`);
    const variables = { NODE_EXTRA_CA_CERTS: earlier, SSL_CERT_FILE: earlier };
    const files = await trustFiles(mock, { folder, variables });
    expect(files["ca.pem"]).toBe([mock, other, proxy].map((pem) => `${pem.trim()}\n`).join(""));
    expect(files["ca-bundle.pem"]).not.toContain(old.trim());
    expect(files["ca-bundle.pem"].startsWith(files["ca.pem"])).toBe(true);
  });

  it("keep what was added to the files of an earlier start, without any variable", async () => {
    const [old = "", mock = "", other = "", proxy = "", usual = ""] = await Promise.all(
      ["mock", "mock", "mock", "proxy", "usual"].map(authority),
    );
    await write("ca.pem", `${old}${other}${proxy}`);
    await write("ca-bundle.pem", `${old}${other}${proxy}${usual}`);
    const files = await trustFiles(mock, { folder, variables: {} });
    expect(fingerprints(files["ca.pem"])).toEqual(fingerprints(`${mock}${other}${proxy}`));
    const bundle = fingerprints(files["ca-bundle.pem"]);
    expect(bundle.slice(0, 4)).toEqual(fingerprints(`${mock}${other}${proxy}${usual}`));
    expect(bundle).not.toContain(fingerprints(old)[0]);
  });

  it("keep all of a file that does not begin with an authority of the mock", async () => {
    await write("ca.pem", await authority("proxy"));
    await write("ca-bundle.pem", await authority("usual"));
    const files = await trustFiles(await authority("mock"), { folder, variables: {} });
    expect(certificates(files["ca.pem"])).toEqual(["mock", "proxy"]);
    expect(certificates(files["ca-bundle.pem"]).slice(0, 3)).toEqual(["mock", "proxy", "usual"]);
  });

  it.each(["", "/nowhere/ca.pem"])("pass over %j", async (path) => {
    const files = await trustFiles(await authority("mock"), {
      folder,
      variables: { NODE_EXTRA_CA_CERTS: path },
    });
    expect(certificates(files["ca.pem"])).toEqual(["mock"]);
  });

  it("pass over text that is no certificate", async () => {
    const damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const path = await write("damaged.pem", damaged);
    const files = await trustFiles(await authority("mock"), {
      folder,
      variables: { NODE_EXTRA_CA_CERTS: path },
    });
    expect(certificates(files["ca.pem"])).toEqual(["mock"]);
  });
});

describe("printedEnvironment", () => {
  it("adds what this shell trusts to the files of a running mock", async () => {
    const [first, second, mock] = await Promise.all(["first", "second", "mock"].map(authority));
    const shell = { NODE_EXTRA_CA_CERTS: await write("extra.pem", first ?? "") };
    const root = join(folder, "bindings");
    const files = await trustFiles(mock ?? "", { folder: root, variables: shell });
    await writeBindingFiles(root, { ...files, "env.sh": "export A='b'\n" });
    const other = await write("other.pem", second ?? "");
    const trust = { NODE_EXTRA_CA_CERTS: other, SSL_CERT_FILE: other };
    expect(await printedEnvironment(root, { variables: trust })).toBe("export A='b'\n");
    const read = async (name: string) => certificates(await readFile(join(root, name), "utf8"));
    expect(await read("ca.pem")).toEqual(["mock", "first", "second"]);
    const bundle = await read("ca-bundle.pem");
    expect(bundle).toEqual(expect.arrayContaining(["mock", "first", "second"]));
    expect(bundle.length).toBeGreaterThan(100);
    // The variables that were just printed change nothing when they are read again.
    await printedEnvironment(root, {
      variables: {
        NODE_EXTRA_CA_CERTS: join(root, "ca.pem"),
        SSL_CERT_FILE: join(root, "ca-bundle.pem"),
      },
    });
    expect(await read("ca.pem")).toEqual(["mock", "first", "second"]);
    expect(await read("ca-bundle.pem")).toEqual(bundle);
  });

  it("leaves certificates alone that the user put there", async () => {
    const proxy = await authority("proxy");
    await writeBindingFiles(folder, { "ca.pem": await authority("mock"), "env.sh": "" });
    await writeFile(join(folder, "ca.pem"), proxy);
    await printedEnvironment(folder, {
      variables: { NODE_EXTRA_CA_CERTS: await write("x.pem", await authority("x")) },
    });
    expect(await readFile(join(folder, "ca.pem"), "utf8")).toBe(proxy);
  });
});
