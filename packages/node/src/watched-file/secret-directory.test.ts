import { join } from "node:path";
import {
  projectFiles,
  temporaryDirectory,
  writeFiles,
} from "@agent-oauth/test-support/temporary-directory";
import { describe, expect, it } from "vitest";
import { readSecretDirectory } from "./secret-directory.ts";

describe("readSecretDirectory", () => {
  it("reads each file as one value, without trailing newlines", async () => {
    const directory = temporaryDirectory();
    writeFiles(directory, { clientid: "c\n", clientsecret: " s \r\n\n", "sub/url": "x" });
    expect(await readSecretDirectory(directory)).toEqual({ clientid: "c", clientsecret: " s " });
  });

  it("reads what Kubernetes projects, and nothing of its own", async () => {
    const directory = temporaryDirectory();
    projectFiles(directory, { generation: "1", files: { clientid: "old" } });
    projectFiles(directory, { generation: "2", files: { clientid: "new" } });
    expect(await readSecretDirectory(directory)).toEqual({ clientid: "new" });
  });

  it("finds nothing where there is no directory or no file", async () => {
    const directory = temporaryDirectory();
    writeFiles(directory, { "sub/clientid": "c" });
    expect(await readSecretDirectory(directory)).toBeUndefined();
    expect(await readSecretDirectory(join(directory, "absent"))).toBeUndefined();
  });

  it("names what is no directory", async () => {
    const directory = temporaryDirectory();
    writeFiles(directory, { clientid: "c" });
    const path = join(directory, "clientid");
    await expect(readSecretDirectory(path)).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining(JSON.stringify(path)),
    });
  });
});
