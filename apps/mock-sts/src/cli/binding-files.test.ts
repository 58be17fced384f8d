import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BindingFileError, writeBindingFiles } from "./binding-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mock-sts-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const files = { "one/type": "t", "one/credentials": "c", "ca.pem": "p" };

describe("writeBindingFiles", () => {
  it("makes private files in private folders", async () => {
    const root = join(folder, "new", "root");
    await writeBindingFiles(root, files);
    expect(await readFile(join(root, "one/credentials"), "utf8")).toBe("c");
    for (const path of ["one/type", "one/credentials", "ca.pem"]) {
      expect(await modeOf(join(root, path))).toBe(0o600);
    }
    expect(await modeOf(join(root, "one"))).toBe(0o700);
    expect(await modeOf(root)).toBe(0o700);
  });

  it("leaves the mode of a root that exists, and closes an open folder below it", async () => {
    const root = join(folder, "shared");
    await mkdir(join(root, "one"), { recursive: true, mode: 0o755 });
    await writeBindingFiles(root, files);
    expect(await modeOf(root)).toBe(0o755);
    expect(await modeOf(join(root, "one"))).toBe(0o700);
  });

  it("replaces nothing and writes nothing if one file exists", async () => {
    await writeFile(join(folder, "ca.pem"), "old");
    const attempt = writeBindingFiles(folder, files);
    await expect(attempt).rejects.toThrow(BindingFileError);
    await expect(attempt).rejects.toThrow(join(folder, "ca.pem"));
    expect(await readdir(folder)).toEqual(["ca.pem"]);
    expect(await readFile(join(folder, "ca.pem"), "utf8")).toBe("old");
  });

  it("takes a dangling link for a file that exists", async () => {
    await symlink(join(folder, "nowhere"), join(folder, "ca.pem"));
    await expect(writeBindingFiles(folder, files)).rejects.toThrow("ca.pem");
  });

  it("replaces files when forced, with private ones, and leaves no other behind", async () => {
    await writeFile(join(folder, "ca.pem"), "old", { mode: 0o644 });
    await writeBindingFiles(folder, files, { force: true });
    expect(await readFile(join(folder, "ca.pem"), "utf8")).toBe("p");
    expect(await modeOf(join(folder, "ca.pem"))).toBe(0o600);
    expect((await readdir(folder)).sort()).toEqual(["ca.pem", "one"]);
    expect((await readdir(join(folder, "one"))).sort()).toEqual(["credentials", "type"]);
  });

  it("names the file it cannot write", async () => {
    await writeFile(join(folder, "one"), "a file where a folder must be");
    await expect(writeBindingFiles(folder, files)).rejects.toThrow(join(folder, "one", "type"));
    await expect(writeBindingFiles(folder, files, { force: true })).rejects.toThrow(
      join(folder, "one", "type"),
    );
  });

  it.each([true, false])(
    "writes nothing where a link to a folder leads (force: %s)",
    async (force) => {
      const elsewhere = join(folder, "elsewhere");
      await mkdir(elsewhere, { mode: 0o755 });
      await symlink(elsewhere, join(folder, "one"));
      await expect(writeBindingFiles(folder, files, { force })).rejects.toThrow("not a folder");
      expect(await readdir(elsewhere)).toEqual([]);
      expect(await modeOf(elsewhere)).toBe(0o755);
    },
  );

  it("leaves nothing half-written where a folder is in the way", async () => {
    await mkdir(join(folder, "ca.pem"));
    await expect(writeBindingFiles(folder, { "ca.pem": "p" }, { force: true })).rejects.toThrow(
      "it is a folder",
    );
    expect(await readdir(folder)).toEqual(["ca.pem"]);
  });
});
