import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BindingFileError, replaceOwnFiles, writeBindingFiles } from "./binding-files.ts";

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
    expect((await readdir(folder)).sort()).toEqual([".mock-sts.json", "ca.pem", "one"]);
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
    expect((await readdir(folder)).sort()).toEqual([".mock-sts.json", "ca.pem"]);
  });
});

describe("a second call of writeBindingFiles", () => {
  const read = (path: string) => readFile(join(folder, path), "utf8");

  it("replaces the files of the first one, and removes those that are no longer wanted", async () => {
    await writeBindingFiles(folder, { ...files, "two/type": "t" });
    await writeFile(join(folder, "two", "mine"), "m");
    await writeBindingFiles(folder, { "ca.pem": "q", "three/type": "u" });
    expect([await read("ca.pem"), await read("three/type")]).toEqual(["q", "u"]);
    expect((await readdir(folder)).sort()).toEqual([".mock-sts.json", "ca.pem", "three", "two"]);
    expect(await readdir(join(folder, "two"))).toEqual(["mine"]);
    expect(await modeOf(join(folder, "ca.pem"))).toBe(0o600);
    await writeBindingFiles(folder, { "ca.pem": "r" });
    expect(await read("ca.pem")).toBe("r");
  });

  it("keeps a file that was changed in between, whether it is wanted or not", async () => {
    await writeBindingFiles(folder, files);
    await writeFile(join(folder, "one", "type"), "changed");
    await expect(writeBindingFiles(folder, files)).rejects.toThrow(join(folder, "one", "type"));
    await writeBindingFiles(folder, { "ca.pem": "q" });
    expect(await read("one/type")).toBe("changed");
    expect(await readdir(join(folder, "one"))).toEqual(["type"]);
  });

  it("keeps the files of the first one that it is told of, and knows them still", async () => {
    await writeBindingFiles(folder, files);
    await writeBindingFiles(folder, { "new.pem": "n" }, { kept: ["ca.pem"] });
    expect((await readdir(folder)).sort()).toEqual([".mock-sts.json", "ca.pem", "new.pem"]);
    await writeBindingFiles(folder, { "ca.pem": "q" });
    expect(await readdir(folder)).toEqual([".mock-sts.json", "ca.pem"]);
    expect(await read("ca.pem")).toBe("q");
  });

  it("knows the files of a list with one SHA-256 for each", async () => {
    await writeFile(join(folder, "ca.pem"), "p");
    const mark = "148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940";
    await writeFile(join(folder, ".mock-sts.json"), JSON.stringify({ files: { "ca.pem": mark } }));
    await writeBindingFiles(folder, { "ca.pem": "q" });
    expect(await read("ca.pem")).toBe("q");
  });

  it("keeps a link in place of its file", async () => {
    await writeBindingFiles(folder, files);
    await writeFile(join(folder, "elsewhere"), "p");
    await rm(join(folder, "ca.pem"));
    await symlink(join(folder, "elsewhere"), join(folder, "ca.pem"));
    await expect(writeBindingFiles(folder, files)).rejects.toThrow("ca.pem");
  });

  it.each(["../outside", "/tmp/outside", "one/../../outside", "..", ".", "one/."])(
    "does not believe a list that names %j",
    async (path) => {
      const root = join(folder, "root");
      await writeBindingFiles(root, files);
      await writeFile(join(folder, "outside"), "p");
      const mark = "148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940";
      const list = { files: { [path]: mark, "ca.pem": mark } };
      await writeFile(join(root, ".mock-sts.json"), JSON.stringify(list));
      await expect(writeBindingFiles(root, files)).rejects.toThrow("it exists already");
      expect(await read("outside")).toBe("p");
    },
  );
});

describe("replaceOwnFiles", () => {
  it("replaces what it wrote, leaves all else, and knows its files afterwards", async () => {
    await writeBindingFiles(folder, files);
    await writeFile(join(folder, "one", "type"), "changed");
    await replaceOwnFiles(folder, { "ca.pem": "q", "one/type": "u", "new.pem": "n" });
    const read = (path: string) => readFile(join(folder, path), "utf8");
    expect([await read("ca.pem"), await read("one/type")]).toEqual(["q", "changed"]);
    expect((await readdir(folder)).sort()).toEqual([".mock-sts.json", "ca.pem", "one"]);
    await writeBindingFiles(folder, { "ca.pem": "r" });
    expect(await read("ca.pem")).toBe("r");
  });
});
