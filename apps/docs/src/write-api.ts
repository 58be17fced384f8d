// Writes the pages of the API reference from the sources.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Application, Converter, ReflectionKind } from "typedoc";
import { readHome, root } from "../../../scripts/home.mjs";
import { apiEntries } from "./api-entries.ts";
import { pagesFolder } from "./write-pages.ts";

/** Writes a page for each export of each entry point. Throws if typedoc complains. */
export async function writeApi(): Promise<void> {
  const entries = apiEntries();
  const home = readHome();
  const app = await Application.bootstrapWithPlugins({
    plugin: ["typedoc-plugin-markdown"],
    entryPointStrategy: "resolve",
    entryPoints: entries.map(({ file }) => join(root, file)),
    tsconfig: join(import.meta.dirname, "../tsconfig.api.json"),
    basePath: root,
    disableGit: true,
    // Without a home there is no address of the sources.
    ...(home
      ? { sourceLinkTemplate: `${home}/blob/main/{path}#L{line}` }
      : { disableSources: true }),
    excludeInternal: true,
    excludeExternals: true,
    readme: "none",
    name: "API reference",
    ...markdownOptions,
  } as Parameters<typeof Application.bootstrapWithPlugins>[0]);
  // typedoc names a module after its path.
  const names = new Map(entries.map(({ file, name }) => [moduleOf(file), name]));
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection) => {
    if (reflection.kindOf(ReflectionKind.Module)) {
      reflection.name = names.get(reflection.name) ?? reflection.name;
    }
  });
  const project = await app.convert();
  if (project === undefined || app.logger.hasErrors()) throw new Error("Cannot read the sources");
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error("Cannot write the API reference");
  fitAnchors(join(pagesFolder, "api"));
}

/** VitePress names a heading such as `_meta` without the underscore, typedoc's links have it. */
function fitAnchors(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".md")) continue;
    const path = join(folder, file);
    const text = readFileSync(path, "utf8");
    const fitted = text.replaceAll(/(\]\([^)\s]*#)_+(?=\w)/g, "$1");
    if (fitted !== text) writeFileSync(path, fitted);
  }
}

/** Options of the plugin, of which typedoc's types do not know. */
const markdownOptions = {
  outputs: [{ name: "markdown", path: join(pagesFolder, "api") }],
  entryFileName: "index",
  hidePageHeader: true,
  hideBreadcrumbs: true,
};

function moduleOf(file: string): string {
  return file.replace(/(?:\/index)?\.ts$/, "");
}
