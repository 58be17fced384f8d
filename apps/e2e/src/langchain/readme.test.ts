import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { programs } from "../documents/markdown-blocks.ts";
import { run, runInBackground } from "../release/command.ts";
import { readText, root } from "../walls/repository.ts";

const fromSources = "--conditions=@agent-oauth/source";

it("README of langchain: the example runs against the mock server as the file says", async () => {
  const example = programs(readText("packages/langchain/README.md"))[0] ?? "";
  // Inside this package, so that imports resolve to its dependencies.
  const reports = join(root, "apps/e2e/reports");
  mkdirSync(reports, { recursive: true });
  const folder = mkdtempSync(join(reports, "langchain-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "example.mjs"), example);

  const cli = join(root, "apps/mock-sts/src/cli/cli.ts");
  const mockSts = [process.execPath, fromSources, cli] as const;
  const written = ["--write-binding", "./bindings", "--user", "alice"];
  const mock = await runInBackground([...mockSts, ...written], {
    folder,
    ready: "mock-sts is ready",
  });
  onTestFinished(async () => {
    await mock.stop();
  });
  const printed = await run([...mockSts, "--print-env", "./bindings"], { folder });
  const environment = Object.fromEntries(
    Array.from(printed.matchAll(/^export (\w+)='(.*)'$/gm), ([, name, value]) => [name, value]),
  );
  const output = await run([process.execPath, fromSources, "example.mjs"], {
    folder,
    environment,
  });
  expect(output).toContain("Blue Whale Books");
});
