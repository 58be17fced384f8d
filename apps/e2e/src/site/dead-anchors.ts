// Finds the links of built pages that lead nowhere.

/** The text of a file of the site by its path, or `undefined`. */
export type ReadPage = (path: string) => string | undefined;

/**
 * Lists the links within the site that lead to no file, or to no heading of it, one sentence each.
 *
 * @param page the path of the page, as a browser has it
 */
export function deadAnchors(page: string, read: ReadPage): readonly string[] {
  const hrefs = Array.from(
    (read(page) ?? "").matchAll(/<a\b[^>]*? href="([^"]*)"/g),
    ([, it]) => it,
  );
  return [...new Set(hrefs)].flatMap((href = "") => {
    const { origin, pathname, hash } = new URL(href.replaceAll("&amp;", "&"), `http://site${page}`);
    if (origin !== "http://site") return [];
    const target = read(pathname);
    if (target === undefined) return [`${page} links to ${href}, which is not there`];
    const isThere = hash === "" || target.includes(` id="${decodeURIComponent(hash.slice(1))}"`);
    return isThere ? [] : [`${page} links to ${href}, which has no such heading`];
  });
}
