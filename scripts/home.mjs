// The public home of this repository: one field of the root package.json, and all that follows from it.
import { readFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { rewriteLinks } from "./markdown-links.mjs";

/** The repository's root folder, absolute. */
export const root = resolve(import.meta.dirname, "..");

/** What a release or a site without a home is told. */
export const homeIsUnset =
  'Cannot publish: the root package.json names no "repository"; set it with: pnpm set-home https://github.com/OWNER/NAME';

/**
 * Reads the home from the root package.json; `undefined` until somebody has set one.
 *
 * @returns {string | undefined}
 */
export function readHome() {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).repository;
}

/**
 * Checks the URL of a repository, and returns it without what follows its name.
 *
 * @param {string} text
 * @returns {string}
 */
export function parseHome(text) {
  const [, home] = /^(https:\/\/[\w.-]+\/[\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(text) ?? [];
  if (home === undefined) {
    throw new TypeError(
      `Cannot set the home: ${JSON.stringify(text)} is not the URL of a repository; write it as https://github.com/OWNER/NAME`,
    );
  }
  return home;
}

/**
 * The address of the documentation site, with a final slash: GitHub Pages. Other hosts tell no such address.
 *
 * @param {string | undefined} home
 * @returns {string | undefined}
 */
export function siteOf(home) {
  const [, owner = "", name = ""] =
    /^https:\/\/github\.com\/([^/]+)\/([^/]+)$/.exec(home ?? "") ?? [];
  if (owner === "") return undefined;
  const host = `${owner.toLowerCase()}.github.io`;
  return name.toLowerCase() === host ? `https://${host}/` : `https://${host}/${name}/`;
}

/**
 * The address of a file or folder of the repository.
 *
 * @param {string} home
 * @param {string} path relative to the root
 * @returns {string}
 */
export function repositoryUrl(home, path) {
  const last = posix.basename(path);
  const view = /\.(?:png|svg)$/.test(last)
    ? "raw"
    : /\.\w+$/.test(last) || last === "LICENSE"
      ? "blob"
      : "tree";
  return `${home}/${view}/main/${path}`;
}

/**
 * The members of a published package.json that name the home.
 *
 * @param {string} home
 * @param {string} folder of the package, relative to the root
 */
export function manifestMembers(home, folder) {
  return {
    homepage: `${repositoryUrl(home, folder)}#readme`,
    bugs: { url: `${home}/issues` },
    repository: { type: "git", url: `git+${home}.git`, directory: folder },
  };
}

/**
 * Makes the relative links of a document absolute, and leads those of an earlier home to this one: a reader of a registry
 * is not in the repository.
 *
 * @param {string} markdown
 * @param {{ folder: string, home: string, earlier?: string | undefined }} place the document's folder, and the homes
 * @returns {string}
 */
export function absoluteLinks(markdown, { folder, home, earlier }) {
  return rewriteLinks(markdown, (target) => {
    const path = repositoryPath(target, folder, earlier ?? home);
    if (path === undefined) return target;
    const [file = "", anchor] = path.split("#");
    return repositoryUrl(home, file) + (anchor === undefined ? "" : `#${anchor}`);
  });
}

/**
 * The path in the repository, with its anchor, that a link leads to; `undefined` if it leads elsewhere.
 *
 * @param {string} target
 * @param {string} folder of the document
 * @param {string | undefined} home
 * @returns {string | undefined}
 */
export function repositoryPath(target, folder, home) {
  if (target.startsWith("#")) return undefined;
  if (!/^\w+:/.test(target)) return posix.join(folder, target).replace(/\/$/, "");
  const [, view, path] =
    /^\/(blob|tree|raw)\/main\/(.+)$/.exec(
      home !== undefined && target.startsWith(`${home}/`) ? target.slice(home.length) : "",
    ) ?? [];
  return view === undefined ? undefined : path;
}
