import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchConfigText } from "./config-watch.ts";

let folder: string;
let file: string;
let close = () => {};
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "mock-sts-")));
  file = join(folder, "mock-sts.yaml");
  await writeFile(file, "port: 1\n");
});
afterEach(async () => {
  close();
  await rm(folder, { recursive: true, force: true });
});

/** Watches the file; `next()` resolves with the next event. */
async function watching(known = "port: 1\n") {
  const told: string[] = [];
  let wake = () => {};
  const tell = (what: string) => {
    told.push(what);
    wake();
  };
  close = await watchConfigText(file, known, {
    onText: tell,
    onError: (error) => tell((error as Error).message),
  });
  let seen = 0;
  return {
    told,
    async next() {
      while (told.length <= seen) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return told[seen++];
    },
  };
}

describe("watchConfigText", () => {
  it("tells of a file that is written anew", async () => {
    const { next } = await watching();
    await writeFile(file, "port: 2\n");
    expect(await next()).toBe("port: 2\n");
  });

  it("tells of a file that another one replaces, again and again", async () => {
    const { next } = await watching();
    for (const text of ["port: 2\n", "port: 3\n"]) {
      await writeFile(`${file}~`, text);
      await rename(`${file}~`, file);
      expect(await next()).toBe(text);
    }
  });

  it("tells of a change that came before it began to watch", async () => {
    expect(await (await watching("port: 0\n")).next()).toBe("port: 1\n");
  });

  it("follows a link to a folder that is exchanged", async () => {
    for (const name of ["one", "two"]) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, "mock-sts.yaml"), `tenantId: ${name}\n`);
    }
    await symlink("one", join(folder, "data"));
    await rm(file);
    await symlink(join("data", "mock-sts.yaml"), file);
    const { next } = await watching("tenantId: one\n");
    await symlink("two", join(folder, "fresh"));
    await rename(join(folder, "fresh"), join(folder, "data"));
    expect(await next()).toBe("tenantId: two\n");
  });

  it("tells once that the file is gone, and of its return", async () => {
    const { next, told } = await watching();
    await rm(file);
    expect(await next()).toContain("the file does not exist");
    await writeFile(join(folder, "other"), "");
    await writeFile(file, "port: 2\n");
    expect(await next()).toBe("port: 2\n");
    expect(told).toHaveLength(2);
  });

  it("says nothing of other files, nor of the same text", async () => {
    const { next, told } = await watching();
    await writeFile(join(folder, "other.yaml"), "port: 9\n");
    await writeFile(file, "port: 1\n");
    // The later watcher was called, so the first one would have been called too.
    const closeFirst = close;
    expect(await (await watching("port: 0\n")).next()).toBe("port: 1\n");
    expect(told).toEqual([]);
    await writeFile(file, "port: 2\n");
    expect(await next()).toBe("port: 2\n");
    closeFirst();
  });
});
