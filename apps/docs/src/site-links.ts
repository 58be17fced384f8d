// Leads the links of the repository's documents to where they lead on the site.
import { posix } from "node:path";
import { repositoryPath, repositoryUrl } from "../../../scripts/home.mjs";
import { rewriteLinks } from "../../../scripts/markdown-links.mjs";
import { pageOf, type SitePages } from "./site-pages.ts";

/** Where a document stands, and what it can lead to. */
export interface LinkPlace {
  /** The document, relative to the repository's root. */
  readonly file: string;
  /** Its page on the site. */
  readonly page: string;
  readonly pages: SitePages;
  /** The public home of the repository, once there is one. */
  readonly home: string | undefined;
}

/**
 * Returns a document with the links of its page: to other pages relative ones, to other files of the repository absolute
 * ones. Without a home there is no address of those files, and only the link's text stays.
 */
export function siteLinks(markdown: string, { file, page, pages, home }: LinkPlace): string {
  return rewriteLinks(markdown, (target) => {
    const path = repositoryPath(target, posix.dirname(file), home);
    if (path === undefined) return target;
    const [name = "", anchor] = path.split("#");
    const suffix = anchor === undefined ? "" : `#${anchor.replaceAll("_", "-")}`;
    const other = pageOf(name, pages);
    if (other !== undefined) return relative(page, other) + suffix;
    return home && repositoryUrl(home, name) + suffix;
  });
}

function relative(page: string, other: string): string {
  const path = posix.relative(posix.dirname(page), other);
  return path.startsWith(".") ? path : `./${path}`;
}
