/** Tests of what a restart leaves to the shells that an earlier start was for. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runTool } from "../../../test-support/tool.ts";
import { createCertificateAuthority } from "../../tls/certificate-authority.ts";

let folder: string;
let binding: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mock-sts-"));
  binding = join(folder, "binding");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const start = async (...args: string[]) => {
  const { code, errors } = await runTool(["--write-binding", binding, ...args], {
    folder,
    isTerminal: true,
  });
  expect([code, errors]).toEqual([0, ""]);
};
const count = async (file: string, pem: string) =>
  (await readFile(join(binding, file), "utf8")).split(pem.trim()).length - 1;

describe("a restart of the mock", () => {
  /** Another shell than the one of the mock: it trusts a proxy. */
  async function trustInOtherShell(): Promise<string> {
    const { certificate } = await createCertificateAuthority("CN=proxy");
    await writeFile(join(folder, "px.pem"), certificate);
    const trust = { NODE_EXTRA_CA_CERTS: join(folder, "px.pem") };
    expect((await runTool(["--print-env", binding], { folder, trust })).code).toBe(0);
    return certificate;
  }

  it("keeps what another shell added to the files, and replaces the mock's own authority", async () => {
    await start();
    const proxy = await trustInOtherShell();
    const before = await readFile(join(binding, "ca.pem"), "utf8");
    await start();
    await start("--flow", "sts");
    for (const file of ["ca.pem", "ca-bundle.pem"]) {
      expect([file, await count(file, proxy)]).toEqual([file, 1]);
    }
    const after = await readFile(join(binding, "ca.pem"), "utf8");
    const size = (text: string) => text.split("BEGIN CERTIFICATE").length - 1;
    expect([size(before), size(after)]).toEqual([2, 2]);
    expect(after).not.toBe(before);
  });

  it("leaves the files there without TLS, and a start with TLS finds them again", async () => {
    await start();
    const proxy = await trustInOtherShell();
    const before = await readFile(join(binding, "ca.pem"), "utf8");
    await start("--http");
    expect(await readFile(join(binding, "ca.pem"), "utf8")).toBe(before);
    await start();
    expect([await count("ca.pem", proxy), await count("ca-bundle.pem", proxy)]).toEqual([1, 1]);
    expect(await readFile(join(binding, "ca.pem"), "utf8")).not.toBe(before);
  });

  it("makes no such files without TLS where there were none", async () => {
    await start("--http");
    expect((await readdir(binding)).filter((name) => name.endsWith(".pem"))).toEqual([]);
  });
});
