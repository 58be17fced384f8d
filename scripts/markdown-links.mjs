// Reads and rewrites the links of a Markdown text.

/** Code, in which brackets are no links, or a link with its text and target; an image's text may stand in a link's. */
const CODE_OR_LINK =
  /^```.*?^```|`[^`\n]*`|(!?)\[((?:[^\][]|!\[[^\]]*\]\([^)]*\))*)\]\(([^)\s]+)\)/gms;

/**
 * Returns the text with other link targets.
 *
 * @param {string} markdown
 * @param {(target: string) => string | undefined} rewrite returns the new target; `undefined` leaves only the link's text
 * @returns {string}
 */
export function rewriteLinks(markdown, rewrite) {
  return markdown.replaceAll(CODE_OR_LINK, (whole, mark, text, target) => {
    if (target === undefined) return whole;
    const inner = rewriteLinks(text, rewrite);
    const rewritten = rewrite(target);
    return rewritten === undefined ? inner : `${mark}[${inner}](${rewritten})`;
  });
}

/**
 * Lists the targets of all links and images.
 *
 * @param {string} markdown
 * @returns {readonly string[]}
 */
export function linkTargets(markdown) {
  /** @type {string[]} */
  const targets = [];
  rewriteLinks(markdown, (target) => {
    targets.push(target);
    return target;
  });
  return targets;
}
