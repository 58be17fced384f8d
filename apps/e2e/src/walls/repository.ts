import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The repository's root folder, absolute. */
export const root: string = resolve(import.meta.dirname, "../../../..");

/** The text of a file named relative to the root. */
export function readText(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** Every file that git tracks or would track, relative to the root. */
export function repositoryFiles(): readonly string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const listed = execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\0");
  return listed.filter((file) => file !== "" && existsSync(join(root, file))).sort();
}
