import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";

/** Beside the sources, so that a recipe finds the package by its own name. */
const folder = join(import.meta.dirname, "../reports/recipes");
const SOURCE_CONDITION = "@agent-oauth/source";

/** Reads the blocks of a section of the guide that are in a language. */
async function blocksOf(title: string, language: string): Promise<readonly string[]> {
  const guide = await readFile(join(import.meta.dirname, "../docs/testing.md"), "utf8");
  const section = guide.split(/^## /m).find((part) => part.startsWith(title)) ?? "";
  const blocks = section.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"));
  return [...blocks].map(([, block = ""]) => block);
}

async function writeRecipe(title: string, name: string): Promise<string> {
  const [recipe] = await blocksOf(title, "ts");
  if (recipe === undefined) throw new Error(`The guide has no recipe for ${title}`);
  return writeBlock(name, recipe);
}

async function writeBlock(name: string, block: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), block);
  return join(folder, name);
}

/** Runs a test runner without the environment of the surrounding one. */
async function run(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return out + error;
}

describe("the recipes of docs/testing.md", () => {
  it("run in node:test", async () => {
    const file = await writeRecipe("node:test", "node.recipe.ts");
    const output = await run([
      `--conditions=${SOURCE_CONDITION}`,
      "--test",
      "--test-reporter=tap",
      file,
    ]);
    expect(output).toMatch(/^# pass 2$/m);
    expect(output).toMatch(/^# fail 0$/m);
  });

  it("run in Vitest", async () => {
    await writeRecipe("Vitest", "vitest.recipe.ts");
    await writeFile(
      join(folder, "vitest.config.ts"),
      `export default {
        ssr: { resolve: { conditions: ["@agent-oauth/source", "module", "node"] } },
        test: { include: ["vitest.recipe.ts"] },
      };\n`,
    );
    const manifest = createRequire(import.meta.url).resolve("vitest/package.json");
    const output = await run([join(dirname(manifest), "vitest.mjs"), "run", "--root", folder]);
    expect(output).toMatch(/Tests +2 passed \(2\)/);
  });

  it("run in Jest", async () => {
    const [config = "", recipe = ""] = await blocksOf("Jest", "js");
    await writeBlock("jest.config.mjs", config);
    await writeBlock("exchange.test.mjs", recipe);
    // Users have built files, which need no transform.
    await writeBlock(
      "strip-types.mjs",
      `import { stripTypeScriptTypes } from "node:module";
       export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) };\n`,
    );
    await writeBlock(
      "jest.source.config.mjs",
      `import config from "./jest.config.mjs";
       export default {
         ...config,
         transform: { "\\\\.ts$": "./strip-types.mjs" },
         extensionsToTreatAsEsm: [".ts"],
         testEnvironmentOptions: { customExportConditions: ["${SOURCE_CONDITION}", "node"] },
       };\n`,
    );
    const jest = join(
      dirname(createRequire(import.meta.url).resolve("jest/package.json")),
      "bin/jest.js",
    );
    const args = [
      "--experimental-vm-modules",
      jest,
      "--config",
      "jest.source.config.mjs",
      "--no-cache",
    ];
    expect(await run(args)).toMatch(/Tests: +2 passed, 2 total/);
  });
});
