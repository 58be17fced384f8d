/** Tests of a start that is killed while it writes its files. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

/** How many changes of the file system are left until the process is dead. */
const life = vi.hoisted(() => ({ steps: Number.POSITIVE_INFINITY }));

vi.mock("node:fs/promises", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs/promises")>();
  const mortal =
    <A extends unknown[]>(change: (...args: A) => Promise<unknown>, last?: typeof change) =>
    async (...args: A) => {
      life.steps -= 1;
      if (life.steps >= 0) return change(...args);
      if (life.steps === -1) await last?.(...args);
      throw new Error("killed");
    };
  return {
    ...real,
    rename: mortal(real.rename),
    rm: mortal(real.rm),
    rmdir: mortal(real.rmdir),
    mkdir: mortal(real.mkdir),
    chmod: mortal(real.chmod),
    // Half of the content arrives.
    writeFile: mortal(
      real.writeFile as (...args: [string, string, object]) => Promise<void>,
      (file, content, options) =>
        real.writeFile(file, content.slice(0, content.length / 2), options),
    ),
  };
});

let writeBindingFiles: typeof import("./binding-files.ts").writeBindingFiles;
beforeAll(async () => {
  // The tests of this package share their modules.
  vi.resetModules();
  ({ writeBindingFiles } = await import("./binding-files.ts"));
});
afterAll(() => {
  vi.doUnmock("node:fs/promises");
  vi.resetModules();
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mock-sts-"));
});
afterEach(async () => {
  life.steps = Number.POSITIVE_INFINITY;
  await rm(folder, { recursive: true, force: true });
});

const first = { "one/type": "sentinel-1", "two/key": "sentinel-2", "ca.pem": "sentinel-3" };
const second = { "one/type": "sentinel-4", "three/key": "sentinel-5", "ca.pem": "sentinel-6" };

/** Writes until the process is killed; tells whether it was. */
async function isKilled(files: Record<string, string>, steps: number): Promise<boolean> {
  life.steps = steps;
  const ended = await writeBindingFiles(folder, files).then(
    () => false,
    () => true,
  );
  life.steps = Number.POSITIVE_INFINITY;
  return ended;
}

/** The files in the folder by their paths, without those of the list. */
async function contents(): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((it) => join(it.parentPath, it.name));
  const own = paths
    .map((path) => path.slice(folder.length + 1))
    .filter((path) => !path.startsWith(".mock-sts.json"));
  const read = own.map(async (path) => [path, await readFile(join(folder, path), "utf8")]);
  return Object.fromEntries(await Promise.all(read));
}

describe("writeBindingFiles after a call that was killed", () => {
  it.each([
    ["a first start", undefined],
    ["a restart", first],
  ])("replaces its files and removes its remains, at each step of %s", async (_, earlier) => {
    for (let steps = 0; ; steps += 1) {
      await rm(folder, { recursive: true, force: true });
      if (earlier !== undefined) await writeBindingFiles(folder, earlier);
      const killed = await isKilled(second, steps);
      await writeBindingFiles(folder, { "ca.pem": "last", "one/type": "t" });
      expect([steps, await contents()]).toEqual([steps, { "ca.pem": "last", "one/type": "t" }]);
      if (!killed) return expect(steps).toBeGreaterThan(10);
    }
  });

  it("survives being killed again and again", async () => {
    let steps = 0;
    while (await isKilled(steps % 2 === 0 ? first : second, steps)) steps += 1;
    await writeBindingFiles(folder, first);
    expect(await contents()).toEqual(first);
  });
});
