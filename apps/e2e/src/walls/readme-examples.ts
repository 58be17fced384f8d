import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { documentBlocks, isProgram } from "../documents/document-blocks.ts";
import { packageReferences } from "./module-references.ts";
import { root } from "./repository.ts";

/** The programs of a document, whole: its TypeScript blocks with an import, by a file name that says where they stand. */
export function programs(file: string, markdown: string): Readonly<Record<string, string>> {
  const place = file.replaceAll(/\W+/g, "-").replace(/-md$/, "");
  const blocks = documentBlocks(markdown).filter(isProgram);
  return Object.fromEntries(blocks.map(({ line, text }) => [`${place}-${line}.ts`, text]));
}

/** Lists the blocks of a document that the lowest Node cannot read, since they end something by `await using`. */
export function unreadableBlocks(file: string, markdown: string): readonly string[] {
  return documentBlocks(markdown)
    .filter(({ text }) => /\bawait using\b/.test(text))
    .map(({ line }) => `${file}:${line} has await using, a SyntaxError on Node 22`);
}

/** Lists what the files of a document import and its `npm install` lines do not name: npm happens to have it, pnpm has not. */
export function uninstalledImports(file: string, markdown: string): readonly string[] {
  const blocks = documentBlocks(markdown);
  const commands = blocks.filter(({ language }) => language === "sh").map(({ text }) => text);
  const installed = commands
    .flatMap((text) => text.match(/^npm install .*$/gm) ?? [])
    .flatMap((line) => line.split(/\s+/));
  return blocks
    .filter((block) => isProgram(block) && block.label !== undefined)
    .flatMap(({ text }) => packageReferences(text))
    .filter((name) => !installed.includes(name))
    .map((name) => `${file} imports ${name} and does not install it`);
}

/**
 * Type-checks example programs in one run of the compiler, as a user of all packages would write
 * them, and returns the compiler's complaints, one a line.
 *
 * @param examples program texts by file name
 */
export function typeErrors(examples: Readonly<Record<string, string>>): readonly string[] {
  // Inside this package, so that imports resolve to its dependencies.
  const folder = join(root, "apps/e2e/reports/readme-examples");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const project = { extends: "../../../../tsconfig.base.json", include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(project));
  for (const [name, text] of Object.entries(examples)) {
    // An empty export makes every example a module of its own.
    writeFileSync(join(folder, name), `${text}\nexport {};\n`);
  }
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const args = [compiler, "--project", folder, "--pretty", "false"];
  const { stdout, error } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  if (error) throw error;
  return stdout.split("\n").filter((line) => line !== "");
}
