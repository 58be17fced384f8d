// Finds the packages that are published.
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./home.mjs";

/**
 * The folders of the packages that are published, relative to the root.
 *
 * @returns {readonly string[]}
 */
export function publishedFolders() {
  return globSync("{packages,apps}/*/package.json", { cwd: root })
    .filter((file) => !JSON.parse(readFileSync(join(root, file), "utf8")).private)
    .map(dirname)
    .sort();
}
