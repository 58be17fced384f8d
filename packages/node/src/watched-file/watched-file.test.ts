import assert from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { createFakeClock } from "@agent-oauth/core/testing";
import {
  projectFiles,
  replaceFile,
  temporaryDirectory,
} from "@agent-oauth/test-support/temporary-directory";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createWatchedFile, type WatchedFileOptions } from "./watched-file.ts";

const SENTINEL = "s3cr3t-sentinel";

/** Whether the file system's clock stands still, so that changes leave no trace in it. */
const stamps = vi.hoisted(() => ({ frozen: false }));

vi.mock(import("./text-file.ts"), async (importOriginal) => {
  const original = await importOriginal();
  const stamp = (version: string) => (stamps.frozen ? "frozen" : version);
  return {
    textFileVersion: async (path) => stamp(await original.textFileVersion(path)),
    readTextFile: async (path) => {
      const file = await original.readTextFile(path);
      return { ...file, version: stamp(file.version) };
    },
  };
});

afterEach(() => {
  stamps.frozen = false;
  vi.useRealTimers();
});

function watchNumbers(text?: string, options: Partial<WatchedFileOptions<number[]>> = {}) {
  const path = join(temporaryDirectory(), "numbers.json");
  if (text !== undefined) writeFileSync(path, text);
  const parse = vi.fn((content: string): number[] => JSON.parse(content));
  const onChange = vi.fn();
  const onError = vi.fn();
  const file = createWatchedFile(path, { parse, onChange, onError, pollIntervalMs: 0, ...options });
  onTestFinished(() => file.close());
  return { path, file, parse, onChange, onError };
}

describe("createWatchedFile", () => {
  it("follows a file written in place", async () => {
    const { path, file, onChange } = watchNumbers("[1]");
    expect(await file.read()).toEqual([1]);
    writeFileSync(path, "[1, 2]");
    expect(await file.read()).toEqual([1, 2]);
    expect(onChange.mock.calls).toEqual([[[1, 2]]]);
  });

  it("sees a second change within one tick of the file system's clock", async () => {
    stamps.frozen = true;
    const { path, file } = watchNumbers("[1]");
    expect(await file.read()).toEqual([1]);
    writeFileSync(path, "[2]");
    expect(await file.read()).toEqual([2]);
  });

  it("trusts the file system's stamp from two seconds on", async () => {
    stamps.frozen = true;
    const clock = createFakeClock(Date.now() + 3_600_000);
    const { path, file } = watchNumbers("[1]", { clock });
    await file.read();
    writeFileSync(path, "[2]");
    expect(await file.read()).toEqual([1]);
  });

  it("does not read a settled file again that nobody touched", async () => {
    const { file, parse } = watchNumbers("[1]", { clock: createFakeClock(Date.now() + 3_600_000) });
    const first = await file.read();
    expect(await file.read()).toBe(first);
    expect(parse).toHaveBeenCalledTimes(1);
  });

  it("does not report a change when only the time stamps changed", async () => {
    const { path, file, parse, onChange } = watchNumbers("[1]");
    const first = await file.read();
    utimesSync(path, 1, 1);
    expect(await file.read()).toBe(first);
    expect(parse).toHaveBeenCalledTimes(1);
    expect(onChange).not.toHaveBeenCalled();
  });

  it("follows a rename over the file", async () => {
    const { path, file } = watchNumbers("[1]");
    await file.read();
    replaceFile(path, "[2]");
    expect(await file.read()).toEqual([2]);
  });

  it("follows the swap of links by which Kubernetes updates a volume", async () => {
    const directory = temporaryDirectory();
    projectFiles(directory, { generation: "2026_a", files: { value: "[1]" } });
    const file = createWatchedFile(join(directory, "value"), {
      parse: JSON.parse,
      pollIntervalMs: 0,
    });
    expect(await file.read()).toEqual([1]);
    projectFiles(directory, { generation: "2026_b", files: { value: "[2]" } });
    expect(await file.read()).toEqual([2]);
  });

  it("keeps the last good value through a half-written file and reports it once", async () => {
    const { path, file, onChange, onError } = watchNumbers("[1]");
    await file.read();
    writeFileSync(path, "[1,");
    expect(await file.read()).toEqual([1]);
    expect(await file.read()).toEqual([1]);
    expect(onError).toHaveBeenCalledTimes(1);
    expect(onError.mock.calls[0]?.[0]).toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: `Cannot use "${path}": its content is not valid`,
    });
    writeFileSync(path, "[1, 2]");
    expect(await file.read()).toEqual([1, 2]);
    expect(onChange).toHaveBeenCalledTimes(1);
  });

  it("keeps the last good value of a file that vanished, and recovers", async () => {
    const { path, file, onChange, onError } = watchNumbers("[1]");
    await file.read();
    rmSync(path);
    expect(await file.read()).toEqual([1]);
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: "ERR_TOKEN_SOURCE_UNAVAILABLE" });
    writeFileSync(path, "[1]");
    expect(await file.read()).toEqual([1]);
    expect(onChange).not.toHaveBeenCalled();
    rmSync(path);
    await file.refresh();
    expect(onError).toHaveBeenCalledTimes(2);
  });

  it("says what is wrong if the content never was good", async () => {
    const { path, file } = watchNumbers("[1,");
    await expect(file.read()).rejects.toMatchObject({ code: "ERR_TOKEN_CONFIG" });
    rmSync(path);
    await expect(file.read()).rejects.toMatchObject({ code: "ERR_TOKEN_SOURCE_UNAVAILABLE" });
    writeFileSync(path, "[1]");
    expect(await file.read()).toEqual([1]);
  });

  it("judges unusable content anew at each look, since time may mend it", async () => {
    const clock = createFakeClock(Date.now() + 3_600_000);
    const usableFrom = clock.now() + 1;
    const parse = (text: string): number[] => {
      if (clock.now() < usableFrom) throw new Error("too early");
      return JSON.parse(text);
    };
    const { file } = watchNumbers("[1]", { clock, parse });
    await expect(file.read()).rejects.toMatchObject({ code: "ERR_TOKEN_CONFIG" });
    clock.advance(1);
    expect(await file.read()).toEqual([1]);
  });

  it("shows nothing of the content in its errors", async () => {
    const { file, onError } = watchNumbers(`${SENTINEL} [`);
    const error = await file.read().catch((thrown: unknown) => thrown);
    expect(onError).toHaveBeenCalledWith(error);
    const shown = inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error);
    expect(shown).toContain("SyntaxError");
    expect(shown).not.toContain(SENTINEL);
  });

  it("shares one look between readers that begin together", async () => {
    const { file, parse } = watchNumbers("[1]");
    const early = [file.read(), file.read(), file.read()];
    expect(await Promise.all(early)).toEqual([[1], [1], [1]]);
    expect(parse).toHaveBeenCalledTimes(1);
  });

  it("looks once more for a reader that comes while the file is looked at", async () => {
    let late: Promise<number[]> | undefined;
    const { path, file, parse } = watchNumbers("[1]");
    parse.mockImplementationOnce((text) => {
      writeFileSync(path, "[2]");
      late = file.read();
      return JSON.parse(text);
    });
    expect(await file.read()).toEqual([1]);
    expect(await late).toEqual([2]);
  });

  it("notices a change without being read, once per poll interval", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let resolveChange: (value: number[]) => void = () => {};
    const changed = new Promise<number[]>((resolve) => {
      resolveChange = resolve;
    });
    const { path, file } = watchNumbers("[1]", { pollIntervalMs: 10_000, onChange: resolveChange });
    await file.read();
    writeFileSync(path, "[2]");
    vi.advanceTimersByTime(9_999);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(vi.getTimerCount()).toBe(0);
    expect(await changed).toEqual([2]);
    await file.refresh();
    expect(vi.getTimerCount()).toBe(1);
    file.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("keeps no process alive", async () => {
    const { path } = watchNumbers("[1]");
    const script = `
      import { createWatchedFile } from "@agent-oauth/node";
      const file = createWatchedFile(${JSON.stringify(path)}, { parse: JSON.parse });
      console.log(JSON.stringify(await file.read()));
    `;
    const child = spawn(
      process.execPath,
      ["--conditions=@agent-oauth/source", "--input-type=module", "--eval", script],
      { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] },
    );
    onTestFinished(() => void child.kill());
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    const [code] = await once(child, "close");
    expect({ code, output }).toEqual({ code: 0, output: "[1]\n" });
  });

  it.each([
    ["throws", () => assert.fail("a listener")],
    ["rejects", async () => assert.fail("a listener")],
  ])("survives listeners of which each %s", async (_, listener) => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    onTestFinished(() => void process.off("unhandledRejection", unhandled));
    // Not vi.fn: it takes care of the rejections of what it calls.
    const heard: string[] = [];
    const on = (name: string) => () => {
      heard.push(name);
      return listener();
    };
    const { path, file } = watchNumbers("[1]", { onChange: on("change"), onError: on("error") });
    await file.read();
    writeFileSync(path, "[2]");
    expect(await file.read()).toEqual([2]);
    writeFileSync(path, "[");
    expect(await file.read()).toEqual([2]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(["change", "error"]);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it("calls nobody and reads nothing after close", async () => {
    const { path, file, parse, onChange } = watchNumbers("[1]");
    await file.read();
    writeFileSync(path, "[2]");
    const underWay = file.refresh();
    file.close();
    await underWay;
    await expect(file.read()).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
    expect(parse).toHaveBeenCalledTimes(1);
    expect(onChange).not.toHaveBeenCalled();
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2_147_483_648])(
    "refuses a poll interval of %d",
    (pollIntervalMs) => {
      expect(() => createWatchedFile("file", { parse: String, pollIntervalMs })).toThrow(
        RangeError,
      );
    },
  );

  it.each([
    { parse: undefined },
    { parse: JSON },
    { parse: String, onChange: 1 },
    { parse: String, onError: null },
    { parse: String, pollIntervalMs: "100" },
  ])("refuses options of a wrong type: %o", (options) => {
    const wrong = Object.keys(options).at(-1);
    expect(() => createWatchedFile("file", options as never)).toThrow(TypeError);
    expect(() => createWatchedFile("file", options as never)).toThrow(`"${wrong}"`);
  });

  it.each(["", "  "])("refuses %j as a path", (path) => {
    expect(() => createWatchedFile(path, { parse: String })).toThrow(TypeError);
  });
});
