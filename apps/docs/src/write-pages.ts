// Writes the pages of the site from the documents of the repository.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { readHome, root } from "../../../scripts/home.mjs";
import { siteLinks } from "./site-links.ts";
import { DECISIONS, sitePages } from "./site-pages.ts";

/** Where the pages are written, and where VitePress reads them. */
export const pagesFolder: string = resolve(import.meta.dirname, "../pages");

/** Writes all pages but those of the API reference. Pages whose documents are gone are removed. */
export function writePages(): void {
  const pages = sitePages();
  const home = readHome();
  for (const [file, page] of pages) {
    if (file === DECISIONS) writePage(page, decisionList([...pages.keys()]));
    else if (!file.endsWith(".md")) copy(join(root, file), page);
    else writePage(page, siteLinks(readText(file), { file, page, pages, home }));
  }
}

/** Removes all pages. */
export function removePages(): void {
  rmSync(pagesFolder, { recursive: true, force: true });
}

function decisionList(files: readonly string[]): string {
  const decisions = files.filter((file) => file.startsWith(`${DECISIONS}/`));
  const items = decisions.map((file) => {
    const [, title = file] = /^# (?:\d+[.:]? *)?(.*)$/m.exec(readText(file)) ?? [];
    return `- [${title}](./${file.slice(DECISIONS.length + 1)})`;
  });
  return `# Decisions\n\nChoices that a newcomer would question, each with its reasons and when to revisit it.\n\n${items.join("\n")}\n`;
}

function writePage(page: string, text: string): void {
  const target = join(pagesFolder, page);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}

function copy(source: string, page: string): void {
  mkdirSync(dirname(join(pagesFolder, page)), { recursive: true });
  cpSync(source, join(pagesFolder, page));
}

function readText(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
