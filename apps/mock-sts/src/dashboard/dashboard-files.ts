import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { findPackageJSON } from "node:module";
import { dirname, extname, join } from "node:path";
import { DASHBOARD_PATH } from "../controls/http/control-paths.ts";

/** A file of the page. */
interface DashboardFile {
  readonly contentType: string;
  readonly text: string;
}

/** The library files that the page loads, by package; they are read from `node_modules`. */
const LIBRARY_FILES: Readonly<Record<string, readonly string[]>> = {
  "lit-html": ["lit-html.js", "directive.js", "directive-helpers.js", "directives/repeat.js"],
  "eventsource-parser": ["dist/stream.js", "dist/parse.js", "dist/errors.js"],
};

/** The import map of the page: the paths of the modules that it imports by name. */
export const IMPORT_MAP = {
  imports: {
    "lit-html": `${DASHBOARD_PATH}/lib/lit-html/lit-html.js`,
    "lit-html/": `${DASHBOARD_PATH}/lib/lit-html/`,
    "eventsource-parser/stream": `${DASHBOARD_PATH}/lib/eventsource-parser/dist/stream.js`,
  },
};

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * Creates a function that finds a file by its name below `DASHBOARD_PATH`.
 *
 * Names are looked up in a list and never joined to a path: no other file can be reached.
 */
export function createDashboardFiles(): (name: string) => Promise<DashboardFile | undefined> {
  const paths = new Map([...ownFiles(), ...filesOfLibraries()]);
  return async (name) => {
    const path = paths.get(name);
    const contentType = CONTENT_TYPES[extname(name)];
    if (path === undefined || contentType === undefined) return undefined;
    return { contentType, text: await readFile(path, "utf8") };
  };
}

function ownFiles(): [name: string, path: string][] {
  const folder = join(import.meta.dirname, "../../ui");
  return readdirSync(folder).map((name) => [name, join(folder, name)]);
}

function filesOfLibraries(): [name: string, path: string][] {
  return Object.entries(LIBRARY_FILES).flatMap(([library, files]) => {
    const manifest = findPackageJSON(library, import.meta.url);
    if (manifest === undefined) throw new Error(`Cannot find the package ${library}`);
    return files.map((file): [string, string] => [
      `lib/${library}/${file}`,
      join(dirname(manifest), file),
    ]);
  });
}
