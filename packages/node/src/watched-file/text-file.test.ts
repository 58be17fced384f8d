import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { describe, expect, it, vi } from "vitest";
import { readTextFile } from "./text-file.ts";

/** Called whenever a file has been opened, before it is read. */
const opened = vi.hoisted(() => ({ hook: () => {}, count: 0, reportsSize: true }));

vi.mock(import("node:fs/promises"), async (importOriginal) => {
  const original = await importOriginal();
  const open: typeof original.open = async (...parameters) => {
    const handle = await original.open(...parameters);
    const { stat } = handle;
    opened.count++;
    // The first stat is the one before reading: what the hook writes comes between it and the second.
    handle.stat = (async (options: { bigint: true }) => {
      const stats = await stat.call(handle, options);
      opened.hook();
      return stats;
    }) as typeof handle.stat;
    return handle;
  };
  const stat = (async (path: string, options: { bigint: true }) => {
    const stats = await original.stat(path, options);
    return opened.reportsSize ? stats : Object.assign(stats, { size: 0n });
  }) as typeof original.stat;
  return { ...original, open, stat };
});

function fileWith(content: string | Uint8Array): string {
  const path = join(temporaryDirectory(), "file");
  writeFileSync(path, content);
  opened.hook = () => {};
  opened.count = 0;
  opened.reportsSize = true;
  return path;
}

describe("readTextFile", () => {
  it("returns the text without a byte order mark", async () => {
    const path = fileWith("\uFEFFgrüße\n");
    expect((await readTextFile(path)).text).toBe("grüße\n");
    expect(opened.count).toBe(1);
  });

  it("reads a file again that changes while it is read", async () => {
    const path = fileWith("old");
    opened.hook = () => {
      opened.hook = () => {};
      appendFileSync(path, " and new");
    };
    expect((await readTextFile(path)).text).toBe("old and new");
    expect(opened.count).toBe(2);
  });

  it("gives up for now on a file that never holds still", async () => {
    const path = fileWith("");
    opened.hook = () => appendFileSync(path, "more");
    await expect(readTextFile(path)).rejects.toThrow("kept changing while it was read");
    expect(opened.count).toBe(3);
  });

  it.each([
    { bytes: 1_048_576, fits: true },
    { bytes: 1_048_577, fits: false },
  ])("reads $bytes bytes: $fits", async ({ bytes, fits }) => {
    const path = fileWith("x".repeat(bytes));
    const text = readTextFile(path).then((file) => file.text.length);
    if (fits) expect(await text).toBe(bytes);
    else await expect(text).rejects.toThrow("larger than 1 MiB");
  });

  it("does not believe the size said before reading", async () => {
    const path = fileWith("");
    opened.hook = () => {
      opened.hook = () => {};
      appendFileSync(path, "x".repeat(1_048_577));
    };
    await expect(readTextFile(path)).rejects.toThrow("larger than 1 MiB");
  });

  it.each([
    [1_048_576, true],
    [1_048_577, false],
  ])("reads %i bytes of a file system that reports no size: %s", async (bytes, fits) => {
    const path = fileWith("x".repeat(bytes));
    opened.reportsSize = false;
    const text = readTextFile(path).then((file) => file.text.length);
    if (fits) expect(await text).toBe(bytes);
    else await expect(text).rejects.toThrow(`${JSON.stringify(path)}: it is larger than 1 MiB`);
  });

  it("names a file that is not there, and says so by the code", async () => {
    const path = join(temporaryDirectory(), "absent");
    await expect(readTextFile(path)).rejects.toMatchObject({
      code: "ERR_TOKEN_SOURCE_UNAVAILABLE",
      message: `Cannot read "${path}": no such file or directory`,
      cause: { code: "ENOENT" },
    });
  });

  it.each([
    ["a directory", (path: string) => mkdirSync(path), "not a regular file"],
    ["not UTF-8", (path: string) => writeFileSync(path, Buffer.from([0x61, 0xff])), "not UTF-8"],
  ])("refuses what is %s", async (_name, make, reason) => {
    const path = join(temporaryDirectory(), "file");
    make(path);
    const error = await readTextFile(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG" });
    expect(String(error)).toContain(`"${path}"`);
    expect(String(error)).toContain(reason);
  });
});
