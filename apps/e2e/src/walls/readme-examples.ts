import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./repository.ts";

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
