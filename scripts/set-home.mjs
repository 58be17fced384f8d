// Sets the public home of this repository: `pnpm set-home URL`. Whoever publishes does it once.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { absoluteLinks, manifestMembers, parseHome, readHome, root, siteOf } from "./home.mjs";
import { publishedFolders } from "./published-folders.mjs";

const HELP = `pnpm set-home [URL]

Writes the public home of the repository, such as https://github.com/OWNER/NAME, into the field "repository" of the root
package.json, and what follows from it into the package.json and the README of each published package. The documentation
site reads the field when it is built. Without a URL it writes anew what follows from the present home, for example after
a change of a README.

  --help   shows this text
`;

const { values, positionals } = parseArgs({
  options: { help: { type: "boolean" } },
  allowPositionals: true,
});

try {
  if (values.help) console.log(HELP);
  else setHome(positionals);
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

/** @param {readonly string[]} urls */
function setHome([url, ...others]) {
  const earlier = readHome();
  const text = url ?? earlier;
  if (text === undefined || others.length > 0) {
    throw new TypeError("Cannot set the home: one URL is wanted; see pnpm set-home --help");
  }
  const home = parseHome(text);
  change("package.json", (manifest) => withMembers(manifest, { repository: home }));
  for (const folder of publishedFolders()) {
    change(`${folder}/package.json`, (manifest) =>
      withMembers(manifest, manifestMembers(home, folder)),
    );
    change(`${folder}/README.md`, (readme) => absoluteLinks(readme, { folder, home, earlier }));
  }
  const site = siteOf(home);
  const errorPage = site === undefined ? "undefined" : `"${site}errors"`;
  change("packages/core/src/errors/error-page.ts", (source) =>
    source.replace(/(ERROR_PAGE[^=]*=)[^;]*;/, `$1 ${errorPage};`),
  );
  console.log(`The home is ${home}`);
}

/**
 * Sets members of a manifest, new ones behind the licence.
 *
 * @param {string} text
 * @param {Readonly<Record<string, unknown>>} members
 */
function withMembers(text, members) {
  const { name, version, description, license, ...others } = JSON.parse(text);
  const manifest = { name, version, description, license, ...members, ...others, ...members };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/**
 * @param {string} file
 * @param {(text: string) => string} edit
 */
function change(file, edit) {
  const path = join(root, file);
  const before = readFileSync(path, "utf8");
  const after = edit(before);
  if (after !== before) writeFileSync(path, after);
}
