import { mkdir, readFile, writeFile } from "node:fs/promises";
import { expect, it, vi } from "vitest";

it("the README's example runs and prints what it says", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const promised = [...example.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map(([, value]) => value);
  // Beside the sources, so that it finds the package by its own name.
  const folder = new URL("../reports/", import.meta.url);
  await mkdir(folder, { recursive: true });
  const file = new URL("readme-example.ts", folder);
  await writeFile(file, example);
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(/* @vite-ignore */ file.href);
  const printed = log.mock.calls.map(([value]) => String(value));
  log.mockRestore();
  expect(promised).toHaveLength(3);
  expect(printed).toEqual(promised);
});
