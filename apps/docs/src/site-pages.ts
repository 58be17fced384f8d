// Knows which files of the repository are pages of the site, and where.
import { globSync } from "node:fs";
import { posix } from "node:path";
import { root } from "../../../scripts/home.mjs";

/** The path of a page or picture on the site by its path in the repository. */
export type SitePages = ReadonlyMap<string, string>;

/** What the site shows: the documents, the READMEs of the packages, the pages of the mock. */
const SOURCES = [
  "docs/**/*.md",
  "packages/*/README.md",
  "apps/mock-sts/README.md",
  "apps/mock-sts/docs/*.{md,png}",
  "SECURITY.md",
  "CONTRIBUTING.md",
];

/** The entry of the list of decisions, which has no file in the repository. */
export const DECISIONS = "docs/decisions";

/** Finds all pages, in the order of their names. */
export function sitePages(folder: string = root): SitePages {
  const files = globSync(SOURCES, { cwd: folder }).sort();
  return new Map([
    ...files.map((file) => [file, sitePath(file)] as const),
    [DECISIONS, "decisions/index.md"],
  ]);
}

/** Where a file of the repository is on the site. */
export function sitePath(file: string): string {
  const [, name, page] = /^(?:packages|apps)\/([^/]+)\/(?:docs\/)?([^/]+)$/.exec(file) ?? [];
  if (page === "README.md") return `packages/${name}.md`;
  if (page !== undefined) return `${name}/${page}`;
  if (file === "docs/README.md") return "index.md";
  return file.startsWith("docs/") ? file.slice("docs/".length) : file.toLowerCase();
}

/** The page of a path in the repository: a document, or the one that a folder is shown by. */
export function pageOf(path: string, pages: SitePages): string | undefined {
  return pages.get(path) ?? pages.get(posix.join(path, "README.md"));
}
