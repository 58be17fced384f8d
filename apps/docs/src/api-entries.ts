// Finds the entry points that the API reference shows.
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { root } from "../../../scripts/home.mjs";
import { publishedFolders } from "../../../scripts/published-folders.mjs";

/** An entry point of a published package. */
export interface ApiEntry {
  /** As a user imports it. */
  readonly name: string;
  /** Its source file, relative to the root. */
  readonly file: string;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Every entry point of every published package, except those that promise nothing. */
export function apiEntries(): readonly ApiEntry[] {
  return publishedFolders().flatMap((folder) => {
    const manifest: Manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    return Object.entries(manifest.exports)
      .filter(([path]) => path !== "./internal")
      .map(([path, conditions]) => ({
        name: posix.join(manifest.name, path),
        file: posix.join(folder, conditions["@agent-oauth/source"] ?? ""),
      }));
  });
}
